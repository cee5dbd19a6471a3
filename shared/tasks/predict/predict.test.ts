import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { predict as predictRows } from "../../ml/rowsPredicted.ts";
import { trainedModel } from "../../ml/trained.ts";
import { processHere } from "../inProcess.ts";
import { train } from "../train/index.ts";
import { predict } from "./index.ts";

const FILES = join(import.meta.dirname, "../../../examples/files");

let forest: Buffer;
let apples: Buffer;
beforeAll(async () => {
  forest = await readFile(join(FILES, "apples_model.json"));
  apples = await readFile(join(FILES, "apples-new.csv"));
});

async function outcomesOf(files: Readonly<Record<string, string | Buffer>>, options: object = {}) {
  const bodies = Object.entries(files).map(([filename, body]) => ({ filename, body: Buffer.from(body) }));
  return await processHere(predict, bodies, options);
}

async function csvOf(table: string | Buffer, options: object = {}, model: string | Buffer = forest) {
  const [outcome] = await outcomesOf({ "t.csv": table, "m.json": model }, options);
  if (outcome?.ok !== true) throw new Error(`there is no result: ${outcome?.code} ${outcome?.error}`);
  const { body } = outcome;
  const text = body instanceof Uint8Array ? String(body) : await readFile(body.path, "utf8");
  return { ...outcome, text, lines: text.trimEnd().split("\n") };
}

async function trainedOn(table: string, options: object = {}): Promise<Buffer> {
  const [outcome] = await processHere(train, [{ filename: "t.csv", body: Buffer.from(table) }], options);
  if (outcome?.ok !== true || !(outcome.body instanceof Uint8Array)) throw new Error("there is no model");
  return Buffer.from(outcome.body);
}

test("each row gets a prediction and probabilities, in its order, beside its own cells", async () => {
  const { lines, summary, info } = await csvOf(apples);
  expect(lines[0]).toBe(
    "crate,weight_g,diameter_mm,colour,sugar_brix,acid_g,prediction,probability_Boskoop,probability_Elstar,probability_Gala",
  );
  expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(
    Array.from({ length: 12 }, (_, at) => `C${at + 1}`),
  );
  for (const line of lines.slice(1)) {
    const [label = "", ...shares] = line.split(",").slice(6);
    const numbers = shares.map(Number);
    expect(numbers.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    expect(["Boskoop", "Elstar", "Gala"][numbers.indexOf(Math.max(...numbers))]).toBe(label);
  }
  expect(summary).toMatch(/^12 rows: /);
  expect(info).toEqual({ rows: 12, skipped: 0 });
});

test("columns may come in another order, and options choose the columns of the result", async () => {
  const header = "acid_g;note;colour;weight_g;crate;sugar_brix;diameter_mm";
  const table = `${header}\n10.9;"a; ""b""";green;196;C3;10.3;81\n`;
  const options = { keep: ["crate", "note"], prediction: "variety", probabilities: false };
  const { lines } = await csvOf(table, options);
  expect(lines).toEqual(["crate;note;variety", 'C3;"a; ""b""";Boskoop']);
});

test("a column that has the name of the prediction keeps it", async () => {
  const { text } = await csvOf(apples, { probabilities: false });
  const again = await csvOf(text, { probabilities: false });
  expect(again.lines[0]).toMatch(/,prediction,prediction_2$/);
});

test("numbers are predicted as numbers, the same as by the function for browsers", async () => {
  const rows = Array.from({ length: 50 }, (_, i) => `${i},${["n", "s"][i % 2]},${2 * i + (i % 2)}`);
  for (const model of ["random-forest", "gradient-boosted-trees", "linear-regression", "ridge"]) {
    const trained = await trainedOn(`a,side,y\n${rows.join("\n")}`, {
      model,
      kind: "numbers",
      leaf: 1,
    });
    const { lines } = await csvOf("a,side\n7,n\n,s\n", {}, trained);
    const here = predictRows(trainedModel.parse(JSON.parse(String(trained))), [
      { a: 7, side: "n" },
      { a: null, side: "s" },
    ]);
    expect(lines.slice(1).map((line) => Number(line.split(",")[2]))).toEqual(
      here.map(({ prediction }) => prediction),
    );
    expect(Number(lines[1]?.split(",")[2])).toBeGreaterThan(5);
  }
});

test.each(["logistic-regression", "naive-bayes", "gradient-boosted-trees"])(
  "classes of %s are those of the function for browsers",
  async (model) => {
    const table = await readFile(join(FILES, "apples.csv"), "utf8");
    const trained = await trainedOn(table, { model });
    const { lines } = await csvOf(apples, { keep: [] }, trained);
    const row = { weight_g: 160, diameter_mm: 68, colour: "yellow", sugar_brix: 13.5, acid_g: "8.6" };
    const [first] = predictRows(trainedModel.parse(JSON.parse(String(trained))), [row]);
    const [label, ...shares] = lines[1]?.split(",") ?? [];
    expect(label).toBe(first?.prediction);
    const rounded = Object.values(first?.probabilities ?? {}).map((share) => Math.round(share * 1e6) / 1e6);
    expect(shares.map(Number)).toEqual(rounded);
  },
);

test("the function for browsers names the row and the column of a value that it cannot use", () => {
  const model = trainedModel.parse(JSON.parse(String(forest)));
  const row = { weight_g: 160, diameter_mm: 68, colour: "blue", sugar_brix: 13, acid_g: 8 };
  expect(() => predictRows(model, [row])).toThrow("Row 0, column colour: the model cannot use blue.");
});

/** A table of several blocks, whose cells of text hold line ends. */
function largeTable(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const note = `"note ${i}\nwith ""two"" lines, and a text that makes the table longer than one block"`;
    return `${note},${100 + (i % 150)},${60 + (i % 30)},${["red", "green", "yellow"][i % 3]},12.${i % 10},${4 + (i % 8)}`;
  });
  return `note,weight_g,diameter_mm,colour,sugar_brix,acid_g\n${lines.join("\n")}\n`;
}

test("a table of several blocks has the rows of its blocks in their order", async () => {
  const whole = largeTable(45_000);
  expect(whole.length).toBeGreaterThan(4_000_000);
  const { text, summary, info } = await csvOf(whole, { probabilities: false });
  expect(summary).toMatch(/^45000 rows: /);
  expect(info).toEqual({ rows: 45_000, skipped: 0 });
  expect([...text.matchAll(/"note (\d+)\n/g)].map(([, at]) => Number(at))).toEqual(
    Array.from({ length: 45_000 }, (_, at) => at),
  );
  const small = await csvOf(largeTable(50), { probabilities: false });
  expect(text.startsWith(small.text)).toBe(true);
});

test("a bad cell in a later block is named by its row", async () => {
  const whole = `${largeTable(45_000)}"last",heavy,60,red,12,5\n`;
  const [outcome] = await outcomesOf({ "t.csv": whole, "m.json": forest });
  expect(outcome).toMatchObject({
    ok: false,
    code: "bad_cell",
    error: 't.csv, row 45002, column weight_g: "heavy" is not a number.',
  });
});

const BAD = `weight_g,diameter_mm,colour,sugar_brix,acid_g
160,68,blue,13,8
160,68,red,13,8
heavy,68,red,13,8
1,2,3
160,,red,NA,8
`;

test("rows that cannot be used are left out and counted, if that is asked for", async () => {
  const { lines, info, summary, warnings } = await csvOf(BAD, { on_error: "skip" });
  expect(lines).toHaveLength(3);
  expect(info).toEqual({
    rows: 2,
    skipped: 3,
    first_skipped: 'row 2, column colour: "blue" is not a category that the model knows',
  });
  expect(summary).toMatch(/; 3 rows left out$/);
  expect(warnings).toMatchObject([{ code: "rows_skipped" }]);
});

test("bad cells count as missing, if that is asked for; a row of another length is an error all the same", async () => {
  const { lines } = await csvOf(BAD.replace("1,2,3\n", ""), { on_error: "missing" });
  expect(lines).toHaveLength(5);
  const [outcome] = await outcomesOf({ "t.csv": BAD, "m.json": forest }, { on_error: "missing" });
  expect(outcome).toMatchObject({ code: "bad_table", error: expect.stringContaining("row 5 has 3 cells") });
});

test.each([
  [BAD, {}, "bad_cell", 't.csv, row 2, column colour: "blue" is not a category that the model knows.'],
  [
    "weight_g,colour\n1,red\n",
    {},
    "missing_column",
    "lacks columns that the model needs: diameter_mm, sugar_brix, acid_g",
  ],
  [BAD, { keep: ["crate"] }, "missing_column", "no column crate, which the option keep names"],
  ["", {}, "empty_file", "t.csv is empty"],
])("the table %j with %j fails with %s", async (table, options, code, sentence) => {
  const [outcome] = await outcomesOf({ "t.csv": table, "m.json": forest }, options);
  expect(outcome).toMatchObject({ ok: false, code, error: expect.stringContaining(sentence) });
});

test("a table without rows gives a result without rows", async () => {
  const { lines, summary } = await csvOf("weight_g,diameter_mm,colour,sugar_brix,acid_g\n");
  expect(lines).toHaveLength(1);
  expect(summary).toBe("0 rows");
});

test("the result of the model lists the tables; one table that fails costs the others nothing", async () => {
  const outcomes = await outcomesOf({ "good.csv": apples, "m.json": forest, "bad.csv": "a,b\n1,2\n" });
  const [good, model, bad] = outcomes;
  expect([good?.ok, bad?.ok]).toEqual([true, false]);
  if (model?.ok !== true) throw new Error("the model has no result");
  expect(String(model.body)).toBe("table,rows,skipped,state\ngood.csv,12,0,done\nbad.csv,,,missing_column\n");
});

test.each([
  [{ "t.csv": "a,b\n1,2\n" }, "no model is among the files"],
  [{ "t.csv": "a\n1\n", "m.json": "{}" }, "no model is among the files"],
])("%j has nothing to predict with", async (files, sentence) => {
  const [outcome] = await outcomesOf(files);
  expect(outcome).toMatchObject({ ok: false, code: "bad_model", error: expect.stringContaining(sentence) });
});

test("two models are refused, and so are models of another version and files that are none", async () => {
  const two = await outcomesOf({ "a.json": forest, "b.json": forest, "t.csv": apples });
  for (const outcome of two)
    expect(outcome).toMatchObject({ code: "bad_model", error: expect.stringContaining("2 models") });
  const later = JSON.stringify({ ...JSON.parse(String(forest)), schema_version: 2 });
  for (const [text, sentence] of [
    [later, "it has version 2, and this is version 1"],
    ["{broken", "it is not JSON"],
    ["{}", "fields are missing or wrong"],
  ] as const) {
    const [, model] = await outcomesOf({ "t.csv": apples, "m.json": text });
    expect(model).toMatchObject({ code: "bad_model", error: expect.stringContaining(sentence) });
  }
});
