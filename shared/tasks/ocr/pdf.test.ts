import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { AppError, FileError } from "../../errors.ts";
import { lines, pagesOf } from "../document/testing.ts";
import { executeHere, processHere } from "../inProcess.ts";
import { type LocalOutcome, type LocalUnit, localFile, runLocally } from "../local.ts";
import { taskNamed } from "../registry.ts";
import { ocr } from "./index.ts";

const document = taskNamed("document");
const fixture = (name: string) =>
  readFile(new URL(`../../../tests/fixtures/document/${name}`, import.meta.url));

const PLAIN = { preprocess: "none" };
/** Recognition is slow on a busy machine. */
const PATIENCE = { timeout: 300_000 };

test(
  "a PDF is read page by page, with the numbers of its pages, beside images as ever",
  PATIENCE,
  async () => {
    const picture = await readFile(new URL("../../../tests/fixtures/ocr/notice.png", import.meta.url));
    const files = [
      { filename: "typed.pdf", body: pagesOf([lines("The ferry leaves"), lines("the harbour at noon")]) },
      { filename: "notice.png", body: picture },
    ];
    const [pdf, png] = (await read(files, PLAIN)).map(resultOf);
    expect(pdf?.pages.map(({ page, text }) => [page, text.trim()])).toEqual([
      [1, "The ferry leaves"],
      [2, "the harbour at noon"],
    ]);
    expect(pdf?.extracted_text.split("\f")).toHaveLength(2);
    expect(pdf?.words.map(({ page }) => page)).toEqual([1, 1, 1, 2, 2, 2, 2]);
    expect(pdf?.image_size).toEqual([pdf?.pages[0]?.width, pdf?.pages[0]?.height]);
    expect(pdf?.image_mode).toMatch(/^RGBA?$/);
    expect(png?.extracted_text).toContain("The ferry leaves");
  },
);

test("with pages: first only the first page of a PDF is read", PATIENCE, async () => {
  const body = pagesOf([lines("one"), lines("two")]);
  const [pdf] = (await read([{ filename: "typed.pdf", body }], { ...PLAIN, pages: "first" })).map(resultOf);
  expect(pdf?.pages).toHaveLength(1);
});

test("a PDF with a password is refused, with the task that takes one", async () => {
  const [outcome] = await read([{ filename: "secret.pdf", body: await fixture("password-test.pdf") }]);
  expect(outcome).toMatchObject({
    code: "password_required",
    error: expect.stringContaining("task document"),
  });
});

test("a PDF with more pages than max_pages is refused", async () => {
  const [outcome] = await read([{ filename: "two.pdf", body: pagesOf(["", ""]) }], { max_pages: 1 });
  expect(outcome).toMatchObject({ code: "too_large" });
});

test("a page that cannot be read keeps its reason, and a warning says so", PATIENCE, async () => {
  const outcome = await readWithout("recognize", 2);
  expect(resultOf(outcome).pages).toMatchObject([{ page: 1 }, { page: 2, text: "", error: "It is torn." }]);
  expect(outcome).toMatchObject({ ok: true, warnings: [{ code: "pages_not_read" }] });
});

test("a PDF none of whose pages can be drawn fails with the reason of the first", async () => {
  expect(await readWithout("picture", 0)).toMatchObject({ ok: false, code: "corrupt_page" });
});

test("a picture without words says so", PATIENCE, async () => {
  const [outcome] = await read([{ filename: "blank.pdf", body: pagesOf([""]) }], PLAIN);
  expect(outcome).toMatchObject({ ok: true, summary: "no text found" });
});

async function read(files: readonly { filename: string; body: Buffer }[], options: object = {}) {
  return await processHere([ocr, document], files, options);
}

/** Reads two pages; the units of a step fail from the given one on, counted from 1 (the PDF itself is one). */
async function readWithout(step: string, from: number): Promise<LocalOutcome> {
  let units = 0;
  const execute = async (unit: LocalUnit) => {
    if (unit.step === step) units += 1;
    const torn = step === "recognize" ? "unsupported_format" : "corrupt_page";
    if (unit.step === step && units > from) throw new FileError(torn, "It is torn.");
    return await executeHere(unit.task === ocr.name ? ocr : document, unit);
  };
  let result: LocalOutcome | undefined;
  await runLocally(ocr, {
    options: ocr.options.parse(PLAIN),
    files: [localFile("two.pdf", pagesOf(["", ""]))],
    execute,
    concurrency: 1,
    signal: new AbortController().signal,
    onResult: (_, outcome) => {
      result = outcome;
    },
  });
  if (result === undefined) throw new AppError("no_result", "The PDF has no outcome.");
  return result;
}

interface Read {
  readonly extracted_text: string;
  readonly image_size: readonly number[];
  readonly image_mode: string;
  readonly words: readonly { readonly page: number }[];
  readonly pages: readonly { readonly page: number; readonly text: string; width: number; height: number }[];
}

function resultOf(outcome: LocalOutcome | undefined): Read {
  if (!outcome?.ok) throw new Error(JSON.stringify(outcome));
  return JSON.parse(Buffer.from(outcome.body as Uint8Array).toString("utf8"));
}
