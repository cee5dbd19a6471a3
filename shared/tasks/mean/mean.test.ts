import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../errors.ts";
import { executeHere } from "../inProcess.ts";
import { contentOf, type LocalOutcome, type LocalUnit, localFile, runLocally } from "../local.ts";
import { mean } from "./index.ts";

interface Finished {
  readonly outcomes: readonly LocalOutcome[];
  readonly attached: Readonly<Record<string, string>>;
}

/** Runs a whole job here and keeps what it attaches. */
async function finished(
  bodies: readonly (string | Uint8Array)[],
  options: object = {},
  execute = (unit: LocalUnit) => executeHere(mean, unit),
): Promise<Finished> {
  const outcomes: LocalOutcome[] = [];
  const attaching: Promise<[name: string, body: string]>[] = [];
  await runLocally(mean, {
    options: mean.options.parse(options),
    files: bodies.map((body, i) =>
      localFile(`file ${i}.txt`, typeof body === "string" ? Buffer.from(body) : body),
    ),
    execute,
    concurrency: 2,
    signal: new AbortController().signal,
    onResult: (index, outcome) => {
      outcomes[index] = outcome;
    },
    onAttached: (name, file) => attaching.push(contentOf(file).then((body) => [name, body.toString("utf8")])),
  });
  return { outcomes, attached: Object.fromEntries(await Promise.all(attaching)) };
}

async function meanOf(bodies: readonly (string | Uint8Array)[], options: object = {}) {
  const { attached } = await finished(bodies, options);
  return JSON.parse(attached["mean-local.json"] ?? "null");
}

async function failureOf(body: string | Uint8Array, options: object = {}) {
  const { outcomes, attached } = await finished([body], options);
  const [outcome] = outcomes;
  if (outcome === undefined || outcome.ok) throw new Error("the file did not fail");
  expect(attached).toEqual({});
  return outcome;
}

/** The statistics of one file, as its own result gives them. */
async function statisticsOf(body: string | Uint8Array, options: object = {}) {
  const [outcome] = (await finished([body], options)).outcomes;
  if (!outcome?.ok || !(outcome.body instanceof Uint8Array)) throw new Error(JSON.stringify(outcome));
  return JSON.parse(Buffer.from(outcome.body).toString("utf8"));
}

describe("the mean at every index", () => {
  it("is over all files that have it, with extremes and sample standard deviation", async () => {
    expect(await meanOf(["1\n10\n", "2\n20\n", "6\n30\n"])).toEqual({
      schema_version: 1,
      task: "mean",
      files: 3,
      length: 2,
      ragged: false,
      overall: { count: 6, sum: 69, mean: 11.5, min: 1, max: 30, stddev: Math.sqrt(129.5) },
      count: [3, 3],
      mean: [3, 20],
      min: [1, 10],
      max: [6, 30],
      stddev: [Math.sqrt(7), 10],
    });
  });

  it("is written as CSV too", async () => {
    const { attached } = await finished(["1 2", "2 4"]);
    expect(attached["mean-local.csv"]).toBe(
      `index,count,mean,min,max,stddev\n0,2,1.5,1,2,${Math.SQRT1_2}\n1,2,3,2,4,${Math.SQRT2}\n`,
    );
  });

  it("is exact on the decimals as written", async () => {
    expect((await meanOf(["0.1", "0.2", "0.3"])).mean).toEqual([0.2]);
    expect((await meanOf(["1e100", "1", "-1e100"])).overall.sum).toBe(1);
    expect((await meanOf(["9007199254740993", "1"])).mean).toEqual([4503599627370497]);
  });

  it("takes an index only from files that reach it, where lengths may differ", async () => {
    const result = await meanOf(["1 2 3", "3", "5 4"], { ragged: true });
    expect(result).toMatchObject({ ragged: true, length: 3, count: [3, 2, 1], mean: [3, 3, 3] });
    expect(result.stddev).toEqual([2, Math.SQRT2, null]);
  });

  it("does not depend on the shape of the tree", async () => {
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 4,
    });
    const files = fc.array(numbers, { minLength: 2, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 2, max: 6 }), async (lists, partition) => {
        const bodies = lists.map((list) => list.join("\n"));
        const one = await finished(bodies, { ragged: true, partition });
        const other = await finished([...bodies].reverse(), { ragged: true, partition: 1_000 });
        expect(one.attached).toEqual(other.attached);
      }),
      { numRuns: 25 },
    );
  });

  it("adds up more files in one unit than it keeps open", async () => {
    const bodies = Array.from({ length: 70 }, (_, i) => `${i}\n1\n`);
    expect(await meanOf(bodies, { partition: 1_000 })).toMatchObject({
      files: 70,
      mean: [34.5, 1],
      count: [70, 70],
    });
  });

  it("goes on over blocks of thousands of numbers", async () => {
    const body = Array.from({ length: 20_000 }, (_, i) => i / 4).join("\n");
    const result = await meanOf([body, gzipSync(body), body]);
    expect(result).toMatchObject({
      length: 20_000,
      overall: { count: 60_000, mean: 2_499.875, max: 4_999.75 },
    });
    expect(result.mean[19_999]).toBe(4_999.75);
  });
});

describe("one file's own statistics", () => {
  it.each([
    ["nist-Lew", -177.435, 277.332168044316],
    ["nist-Mavro", 2.001856, 0.000429123454003053],
    ["nist-NumAcc1", 10_000_002, 1],
    ["nist-NumAcc3", 1_000_000.2, 0.1],
  ])("equal the certified values of %s", async (name, average, stddev) => {
    const body = await readFile(new URL(`../../../tests/fixtures/mean/${name}.txt`, import.meta.url));
    const result = await statisticsOf(body);
    expect(result.mean).toBe(average);
    expect(Math.abs(result.stddev / stddev - 1)).toBeLessThan(1e-14);
  });

  it.each([
    ["lines", "1\n2\n3\n"],
    ["lines of Windows", "1\r\n2\r\n3"],
    ["blank lines between", "\n1\n\n\n2\n3\n\n"],
    ["tabs and spaces", "1\t2  3"],
    ["commas, with one at the end of a line", "1, 2,\n3,\n"],
    ["semicolons and quotes", '"1";"2";"3"'],
    ["a heading", "total price\n1\n2\n3"],
    ["a byte order mark", "\ufeff1\n2\n3"],
    ["UTF-16", Buffer.from("\ufeff1\n2\n3\n", "utf16le")],
    ["UTF-16 without a byte order mark", Buffer.from("1\n2\n3\n", "utf16le").swap16()],
    ["comments", "# x y\n1 # the first, 9\n#2\n2\n  # more\n3\n"],
    ["a long comment", `1\n#${"=".repeat(40_000)}\n2 3`],
    ["tabs behind commas", "1,\t2,\t3"],
    ["a blank line of tabs", "1\n\t\n2\n\t\t\n3\n"],
    ["a heading with figures inside its words", "run1,v2.0\n1\n2\n3"],
    ["lines that end with a carriage return, after a heading", "total\r1\r2\r3\r"],
    ["signs, points and exponents", "+1e0 .2E1 30e-1"],
  ])("come from %s", async (_, body) => {
    expect(await statisticsOf(body)).toMatchObject({
      numbers: 3,
      missing: 0,
      count: 3,
      mean: 2,
      min: 1,
      max: 3,
    });
  });

  it("with missing: skip have no value at an index whose value is missing", async () => {
    const options = { missing: "skip" };
    expect(await statisticsOf("1\nNA\n3\n", options)).toMatchObject({
      numbers: 3,
      missing: 1,
      count: 2,
      mean: 2,
    });
    expect(await meanOf(["1,,3", "5,NaN,7", "0,6,2"], options)).toMatchObject({
      count: [3, 1, 3],
      mean: [2, 6, 4],
    });
  });
});

describe("cells", () => {
  const skip = { missing: "skip" };

  it.each([
    ["tabs", "1\t\t3\n\t5\t6\n"],
    ["commas", "1,,3\n,5,6\n"],
    ["semicolons", "1;;3\n;5;6\n"],
    ["tabs, with one at the end of a line", "1\t\t3\t\r\n\t5\t6\r\n"],
  ])("without a value are missing between %s", async (_, body) => {
    expect(await statisticsOf(body, skip)).toMatchObject({ numbers: 6, missing: 2, sum: 15 });
  });

  it.each([
    ["semicolons", "3,14;2,71\n-1;,5"],
    ["tabs", "3,14\t2,71\n-1\t,5"],
    ["white space and lines", "3,14 2,71\n-1\n,5\n"],
  ])("with decimal: comma are numbers between %s", async (_, body) => {
    expect(await statisticsOf(body, { decimal: "comma" })).toMatchObject({ numbers: 4, sum: 5.35 });
  });

  it("with decimal: comma have no points, which could separate thousands", async () => {
    expect((await failureOf("1.234,56", { decimal: "comma" })).code).toBe("not_a_number");
  });

  it("that may be halves of decimals carry a warning", async () => {
    const warned = async (body: string) => (await finished([body], { ragged: true })).outcomes[0];
    expect(await warned("3,14\n2,71\n")).toMatchObject({ warnings: [{ code: "decimal_commas" }] });
    expect(await warned("x,y\n3,14\n2,71\n")).not.toHaveProperty("warnings");
    expect(await warned("3,14\n2,71,5\n")).not.toHaveProperty("warnings");
  });
});

describe("files at fault", () => {
  it.each([
    ["empty_file", ""],
    ["no_numbers", "\n \n"],
    ["not_a_number", "1\ntwo\n"],
    ["not_a_number", "1\nNA\n"],
    ["not_a_number", "1,,2"],
    ["not_a_number", `1 ${"9".repeat(2_000)}`.repeat(40)],
    ["out_of_range", "1e1000"],
    ["wrong_type", Buffer.from([49, 0, 50, 0])],
    ["not_a_number", "1.5O\n2\n"],
    ["not_a_number", "inf\n2\n"],
    ["not_a_number", "$5\n2\n"],
    ["not_a_number", "1.0D+03\n2\n"],
    ["not_a_number", "−5\n2\n"],
    ["not_a_number", "O.5\n2\n"],
    ["not_a_number", "EUR5\n2\n"],
    ["not_a_number", "٣\n2\n"],
    ["not_a_number", "3,14;2,71\n"],
    ["not_a_number", "3,14\t2,71\n"],
    ["not_a_number", "1,5 2,5\n"],
    ["not_a_number", "1\t\t2\n"],
    ["corrupt_file", gzipSync("1\n2\n3").subarray(0, 20)],
  ])("end with %s", async (code, body) => {
    expect((await failureOf(body)).code).toBe(code);
  });

  it("are reported with line, word and remedy", async () => {
    const { error } = await failureOf("1\n2\nNA");
    expect(error).toBe(
      'file 0.txt, line 3, column 1: "NA" is not a number. To take missing values as such, set the option missing to skip.',
    );
  });

  it.each([
    ["windows-1252", Buffer.from([49, 10, 50, 32, 0x80, 53, 10]), 'line 2, column 3: "€5"'],
    ["utf-8", Buffer.from("1\n2\t−5\n"), 'line 2, column 3: "−5"'],
    ["utf-16le", Buffer.from("\ufeff1\r\nü €5\r\n", "utf16le"), 'line 2, column 1: "ü"'],
    ["lines that end with a carriage return", "1\r2\rx\r", 'line 3, column 1: "x"'],
  ])("are shown in their own characters: %s", async (_, body, shown) => {
    expect((await failureOf(body)).error).toContain(shown);
  });

  it("name the option where commas may be decimal signs", async () => {
    expect((await failureOf("1;2\n3,14;2,71")).error).toMatch(/line 2: .* set the option decimal to comma/);
  });

  it("are left out when most files have another length, and named", async () => {
    const { outcomes, attached } = await finished(["1 2", "3 4", "5"]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(outcomes[2]).toMatchObject({
      code: "unequal_length",
      error: expect.stringContaining("file 2.txt holds 1"),
    });
    expect(JSON.parse(attached["mean-local.json"] ?? "")).toMatchObject({ files: 2, mean: [2, 3] });
  });

  it("are all refused when no length is that of most", async () => {
    const { outcomes, attached } = await finished(["1 2", "3"]);
    expect(outcomes).toMatchObject([{ code: "unequal_length" }, { code: "unequal_length" }]);
    expect(attached).toEqual({});
  });

  it("leave the others their mean", async () => {
    const { outcomes, attached } = await finished(["1", "x y\nz", "3"]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(JSON.parse(attached["mean-local.json"] ?? "")).toMatchObject({ files: 2, mean: [2] });
  });
});

/** Does units here, but gives up those of a step with this file, as a slave does when a budget is used up. */
const givesUp = (step: string, filename: string) => async (unit: LocalUnit) => {
  if (unit.step === step && unit.files.some((file) => file.filename === filename))
    throw new AppError("timed_out", "It ran longer than 2 seconds.");
  return await executeHere(mean, unit);
};

describe("a file that takes too long", () => {
  const NUMBERS = ["1", "2", "3", "4", "no", "6", "8"];

  it("costs only itself: the others of its group are added up without it", async () => {
    const { outcomes, attached } = await finished(NUMBERS, { partition: 3 }, givesUp("sum", "file 1.txt"));
    expect(outcomes.map((outcome) => (outcome.ok ? "done" : outcome.code))).toEqual([
      ...["done", "timed_out", "done", "done", "not_a_number", "done", "done"],
    ]);
    expect(JSON.parse(attached["mean-local.json"] ?? "")).toMatchObject({ files: 5, mean: [4.4] });
  });

  it("leaves no result when it is the only one", async () => {
    const { outcomes, attached } = await finished(["1"], {}, givesUp("sum", "file 0.txt"));
    expect(outcomes).toMatchObject([{ ok: false, code: "timed_out" }]);
    expect(attached).toEqual({});
  });

  it("fails all files with its code when it is the result of the job", async () => {
    const { outcomes } = await finished(["1", "x", "3"], {}, givesUp("csv", "file 0.txt"));
    expect(outcomes).toMatchObject([{ code: "timed_out" }, { code: "not_a_number" }, { code: "timed_out" }]);
  });
});
