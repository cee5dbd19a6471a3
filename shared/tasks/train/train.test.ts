import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { trainedModel } from "../../ml/trained.ts";
import { executeHere, processHere } from "../inProcess.ts";
import { localFile, runLocally } from "../local.ts";
import { train } from "./index.ts";

const APPLES = join(import.meta.dirname, "../../../examples/files/apples.csv");

type Table = readonly [filename: string, text: string | Buffer];

async function outcomesOf(tables: readonly Table[], options: object = {}) {
  return await processHere(
    train,
    tables.map(([filename, text]) => ({ filename, body: Buffer.from(text) })),
    options,
  );
}

async function modelOf(tables: readonly Table[], options: object = {}) {
  const [outcome] = await outcomesOf(tables, options);
  if (outcome?.ok !== true) throw new Error(`there is no model: ${outcome?.error}`);
  return trainedModel.parse(JSON.parse(String(outcome.body)));
}

async function failureOf(text: string | Buffer, options: object = {}) {
  const [outcome] = await outcomesOf([["t.csv", text]], options);
  if (outcome?.ok !== false) throw new Error("there is a result");
  return outcome;
}

async function apples(): Promise<Table> {
  return ["apples.csv", await readFile(APPLES)];
}

/** y = 3 a - 2 b + 1, and a column of texts that tells nothing. */
function plane(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const [a, b] = [(i * 7) % 13, (i * 5) % 11];
    return `${a},${b},${i % 2 === 0 ? "x" : "y"},${3 * a - 2 * b + 1.5}`;
  });
  return `a,b,c,y\n${lines.join("\n")}\n`;
}

test("a forest learns a table with numbers, texts and missing values, and says how good it is", async () => {
  const model = await modelOf([await apples()], { folds: 4 });
  expect(model).toMatchObject({
    model: "random-forest",
    target: { name: "variety", labels: ["Boskoop", "Elstar", "Gala"] },
    rows: { learned: 150, without_target: 0 },
    parameters: { trees: 100, depth: null, leaf: 1 },
  });
  expect(model.features.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "weight_g number",
    "diameter_mm number",
    "colour category",
    "sugar_brix number",
    "acid_g number",
  ]);
  expect(model.features.find(({ name }) => name === "colour")?.categories).toEqual([
    "green",
    "red",
    "yellow",
  ]);
  expect(model.metrics.held_out?.rows).toBe(30);
  expect(model.metrics.held_out?.accuracy).toBeGreaterThan(0.8);
  expect(model.metrics.cross_validation?.rows).toBe(120);
  expect(model.metrics.folds).toHaveLength(4);
  const importance = model.features.map((feature) => feature.importance ?? 0);
  expect(importance.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 9);
});

test.each(["linear-regression", "ridge"])("%s finds a law without noise", async (kind) => {
  const model = await modelOf([["t.csv", plane(120)]], { model: kind, alpha: 1e-6 });
  expect(model.metrics.held_out?.r2).toBeGreaterThan(0.999999);
  const [a, b, c] = model.features.map(({ importance }) => importance ?? 0);
  expect(a).toBeGreaterThan(b ?? 1);
  expect(c).toBeLessThan(1e-6);
});

test.each(["logistic-regression", "naive-bayes"])("%s tells classes apart", async (kind) => {
  const model = await modelOf([await apples()], { model: kind });
  expect(model.metrics.held_out?.accuracy).toBeGreaterThan(0.8);
  expect(model.metrics.held_out?.confusion).toHaveLength(3);
});

test("two classes have a ROC curve from corner to corner", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${(i * 37) % 60},${(i * 37) % 60 > 30 ? "yes" : "no"}`);
  const model = await modelOf([["t.csv", `a,b\n${rows.join("\n")}`]], { model: "logistic-regression" });
  expect(model.metrics.held_out?.roc?.at(0)).toEqual([0, 0]);
  expect(model.metrics.held_out?.roc?.at(-1)).toEqual([1, 1]);
});

test("a grid is searched by cross-validation, and its best point is used", async () => {
  const model = await modelOf([await apples()], { grid: { trees: [1, 30], depth: [1, null] } });
  expect(model.search.map(({ parameters }) => [parameters.trees, parameters.depth])).toEqual([
    [1, 1],
    [1, null],
    [30, 1],
    [30, null],
  ]);
  const best = Math.max(...model.search.map(({ score }) => score));
  const chosen = model.search.find(({ score }) => score === best);
  expect(model.parameters).toEqual(chosen?.parameters);
  expect(model.metrics.folds).toHaveLength(5);
});

test("several files are one table, each of which gets the model; a file that does not fit is left out", async () => {
  const [, whole] = await apples();
  const lines = whole.toString().trimEnd().split("\n");
  const half = (from: number, to: number) => `${[lines[0], ...lines.slice(from, to)].join("\n")}\n`;
  const outcomes = await outcomesOf([
    ["a.csv", half(1, 81)],
    ["other.csv", "x,y\n1,2\n"],
    ["b.csv", half(81, 151)],
  ]);
  const [a, other, b] = outcomes;
  if (a?.ok !== true || b?.ok !== true) throw new Error("there is no model");
  expect(String(a.body)).toBe(String(b.body));
  expect(other).toMatchObject({ ok: false, code: "bad_table" });
  const together = trainedModel.parse(JSON.parse(String(a.body)));
  const alone = await modelOf([["apples.csv", whole]]);
  expect(together.arrays).toEqual(alone.arrays);
  expect(together.provenance.files.map(({ filename, rows }) => [filename, rows])).toEqual([
    ["a.csv", 80],
    ["b.csv", 70],
  ]);
});

test("the order in which units end does not change a byte", async () => {
  const file = localFile("apples.csv", await readFile(APPLES));
  const run = async (concurrency: number) => {
    const bodies: string[] = [];
    let unit = 0;
    await runLocally(train, {
      options: train.options.parse({ folds: 3, trees: 40 }),
      files: [file],
      concurrency,
      signal: new AbortController().signal,
      execute: async (work) => {
        unit += 1;
        // Later units are answered first.
        if (concurrency > 1) await new Promise((resolve) => setTimeout(resolve, 30 - (unit % 30)));
        return await executeHere(train, work);
      },
      onResult: (index, outcome) => {
        bodies[index] = outcome.ok ? String(outcome.body) : outcome.code;
      },
    });
    return bodies;
  };
  expect(await run(7)).toEqual(await run(1));
});

test("another seed gives another forest, the same seed the same one", async () => {
  const table = await apples();
  const first = await modelOf([table], { trees: 5 });
  expect(await modelOf([table], { trees: 5 })).toEqual(first);
  expect((await modelOf([table], { trees: 5, seed: 1 })).arrays).not.toEqual(first.arrays);
});

test("numbers with few values are classes unless an option says otherwise", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 4}`).join("\n");
  const table: Table = ["t.csv", `a,b\n${rows}`];
  expect((await modelOf([table])).target.labels).toEqual(["0", "1", "2", "3"]);
  expect((await modelOf([table], { kind: "numbers" })).target.labels).toBeUndefined();
});

test("texts that stand in few rows each are left out with the reason, unless they are asked for", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `name ${i},,${i % 7},${i % 2 === 0 ? "no" : "yes"}`).join(
    "\n",
  );
  const table: Table = ["t.csv", `name,empty,a,b\n${rows}`];
  const model = await modelOf([table]);
  expect(model.left_out.map(({ name }) => name)).toEqual(["name", "empty"]);
  const asked = await modelOf([table], { features: ["name", "a"] });
  expect(asked.features.map(({ name }) => name)).toEqual(["name", "a"]);
});

test("rows without a target are counted and left out; numbers can be taken as categories", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => `${i % 3},${i % 5 === 0 ? "?" : i % 2}`).join("\n");
  const model = await modelOf([["t.csv", `code,y\n${rows}`]], { categories: ["code"] });
  expect(model.rows).toEqual({ learned: 24, without_target: 6 });
  expect(model.features[0]).toMatchObject({ kind: "category", categories: ["0", "1", "2"] });
});

test.each([
  ["", {}, "empty_file", "t.csv is empty"],
  ["a,b\n", {}, "bad_table", "has 0 rows with a value of b; at least 4 are needed"],
  ["a,b\n1,2\n1,2,3\n", {}, "bad_table", "t.csv, row 3 has 3 cells, but the header names 2 columns"],
  ['a,b\n1,"2\n', {}, "bad_table", "Row 2 has a quote without an end"],
  ["a,a\n1,2\n", {}, "bad_table", "two columns with the name a"],
  ["a,b\n1,2\n", { target: "c" }, "missing_column", "t.csv has no column c. Its columns: a, b."],
  ["a,b\n1,2\n", { features: ["z"] }, "missing_column", "no column z"],
  ["a,b\n1,x\n2,x\n3,x\n4,x\n", {}, "bad_target", "The target b has the same value in all rows"],
  [
    "a,b\n1,1\n2,x\n3,2\n4,3\n",
    { model: "ridge" },
    "bad_target",
    't.csv, row 3, column b: "x" is not a number, which ridge needs',
  ],
  ["a,b\n,1\n,2\n,3\n,4\n", {}, "bad_table", "No column is left to learn from"],
  [Buffer.from("a,b\n1,caf\xe9\n", "latin1"), {}, "unsupported_encoding", "t.csv is not in UTF-8"],
  [Buffer.from("a,b\n1,2\n", "utf16le"), {}, "wrong_type", "t.csv is no CSV"],
])("the table %j with %j fails with %s", async (text, options, code, sentence) => {
  const failure = await failureOf(text, options);
  expect(failure.code).toBe(code);
  expect(failure.error).toContain(sentence);
});

test("options that cannot be used are refused", () => {
  expect(() => train.options.parse({ folds: 1 })).toThrow("must be 0, or 2 to 100");
  const many = Array.from({ length: 40 }, (_, at) => at + 1);
  expect(() => train.options.parse({ grid: { trees: many, depth: many } })).toThrow("at most 1000 points");
});
