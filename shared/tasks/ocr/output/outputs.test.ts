import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { FileError } from "../../../errors.ts";
import { lines, pagesOf } from "../../document/testing.ts";
import { executeHere, processHere } from "../../inProcess.ts";
import { bytesOf, type LocalOutcome, type LocalUnit, localFile, runLocally } from "../../local.ts";
import { taskNamed } from "../../registry.ts";
import { ocr } from "../index.ts";
import { OUTPUT_NAMES, OUTPUTS } from "./outputs.ts";

const document = taskNamed("document");
const fixture = (name: string) =>
  readFile(new URL(`../../../../tests/fixtures/ocr/${name}`, import.meta.url));
/** Recognition is slow on a busy machine. */
const PATIENCE = { timeout: 300_000 };

async function textOf(outcome: LocalOutcome | undefined): Promise<string> {
  if (!outcome?.ok) throw new Error(JSON.stringify(outcome));
  return (await bytesOf(outcome.body)).toString("utf8");
}

test.each(OUTPUT_NAMES)("a result of output %s has the name and media type of its format", (output) => {
  const options = ocr.options.parse({ output });
  expect(ocr.resultName("scan", options)).toBe(`scan_ocr.${OUTPUTS[output].ending}`);
  expect(ocr.resultType(options)).toBe(OUTPUTS[output].type);
});

describe("each output says the same", PATIENCE, () => {
  test("of an image, a TIFF of two pages and a PDF", async () => {
    const files = [
      { filename: "notice.png", body: await fixture("notice.png") },
      { filename: "two.tiff", body: await fixture("two-pages.tiff") },
      { filename: "typed.pdf", body: pagesOf([lines("The ferry leaves"), lines("the harbour")]) },
    ];
    const run = async (output: string) =>
      await processHere([ocr, document], files, { output, preprocess: "none" });
    const json = (await Promise.all((await run("json")).map(textOf))).map((text) => JSON.parse(text));
    for (const [at, outcome] of (await run("text")).entries()) {
      expect(await textOf(outcome)).toBe(json[at].extracted_text);
      const { word_count, average_confidence, pages } = json[at];
      expect(outcome).toMatchObject({ info: { word_count, average_confidence, pages: pages.length } });
    }
    const wordsOf = (at: number) => json[at].words.map(({ text }: { text: string }) => text);
    for (const [at, outcome] of (await run("tsv")).entries()) {
      const rows = (await textOf(outcome)).split("\n").map((row) => row.split("\t"));
      expect(rows.filter(([level]) => level === "5").map((row) => row[11])).toEqual(wordsOf(at));
    }
    for (const [at, outcome] of (await run("hocr")).entries())
      expect((await textOf(outcome)).match(/class="ocrx_word"/g)).toHaveLength(wordsOf(at).length);
    for (const [at, outcome] of (await run("alto")).entries())
      expect((await textOf(outcome)).match(/<String /g)).toHaveLength(wordsOf(at).length);
  });
});

test(
  "the pages of a TIFF are units of their own, and one that fails leaves the others",
  PATIENCE,
  async () => {
    const units: LocalUnit[] = [];
    const outcome = await readTiff(await fixture("two-pages.tiff"), { preprocess: "none" }, (unit) => {
      units.push(unit);
      if (unit.args.page === 1) throw new FileError("corrupt_file", "It is torn.");
    });
    expect(units.map(({ step, args }) => [step, args.page])).toEqual([
      ["recognize", undefined],
      ["recognize", 1],
      ["recognize", 2],
      ["finish", undefined],
    ]);
    const { pages } = JSON.parse(await textOf(outcome));
    expect(pages).toMatchObject([
      { page: 1, error: "It is torn." },
      { page: 2, text: expect.stringContaining("plums") },
    ]);
    expect(outcome).toMatchObject({ warnings: [{ code: "pages_not_read" }] });
  },
);

test("a TIFF with more pages than max_pages is refused", async () => {
  const outcome = await readTiff(await fixture("two-pages.tiff"), { max_pages: 1 }, () => undefined);
  expect(outcome).toMatchObject({ ok: false, code: "too_large" });
});

async function readTiff(
  body: Buffer,
  options: object,
  before: (unit: LocalUnit) => void,
): Promise<LocalOutcome> {
  let result: LocalOutcome | undefined;
  await runLocally(ocr, {
    options: ocr.options.parse(options),
    files: [localFile("two.tiff", body)],
    execute: async (unit) => {
      before(unit);
      return await executeHere(ocr, unit);
    },
    concurrency: 1,
    signal: new AbortController().signal,
    onResult: (_, outcome) => {
      result = outcome;
    },
  });
  if (result === undefined) throw new Error("the TIFF has no outcome");
  return result;
}
