import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { sharp } from "../../../media/picture/sharp.ts";
import { lines, pagesOf } from "../../document/testing.ts";
import { processHere } from "../../inProcess.ts";
import { bytesOf, type LocalOutcome } from "../../local.ts";
import { taskNamed } from "../../registry.ts";
import { ocr } from "../index.ts";
import { PdfFile } from "./file.ts";
import { numberOf } from "./values.ts";

const document = taskNamed("document");
const ROOT = new URL("../../../../", import.meta.url);
const file = (path: string) => readFile(new URL(path, ROOT));
const notice = () => file("tests/fixtures/ocr/notice.png");
/** Recognition is slow on a busy machine. */
const PATIENCE = { timeout: 300_000 };

async function read(filename: string, body: Buffer, options: object = {}): Promise<LocalOutcome> {
  const given = { preprocess: "none", output: "pdf", ...options };
  const [outcome] = await processHere([ocr, document], [{ filename, body }], given);
  if (outcome === undefined) throw new Error("no outcome");
  return outcome;
}

async function pdfOf(filename: string, body: Buffer, options: object = {}): Promise<Buffer> {
  const outcome = await read(filename, body, options);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.error}`);
  return await bytesOf(outcome.body);
}

/** Words of each page as the task document reads them out of the PDF. */
async function wordsIn(body: Buffer): Promise<string[][]> {
  const [outcome] = await processHere(document, [{ filename: "a.pdf", body }]);
  if (!outcome?.ok) throw new Error(JSON.stringify(outcome));
  const { pages } = JSON.parse(String(await bytesOf(outcome.body)));
  return pages.map(({ text }: { text: string }) => text.split(/\s+/).filter(Boolean));
}

const FIRST_LINE = ["The", "ferry", "leaves", "the", "harbour", "at", "noon."];

function mediaBox(pdf: Buffer): number[] {
  const box = PdfFile.open(pdf).pages[0]?.dict.entries.get("MediaBox");
  return box?.kind === "array" ? box.items.map((item) => numberOf(item) ?? 0) : [];
}

describe("of an image", PATIENCE, () => {
  test("a JPEG is kept byte for byte, its page is upright, and its words can be read", async () => {
    const page = sharp(await notice()).rotate(270);
    const jpeg = await page.withMetadata({ orientation: 6, density: 150 }).jpeg().toBuffer();
    const pdf = await pdfOf("notice.jpg", jpeg);
    expect(pdf.includes(jpeg)).toBe(true);
    expect(mediaBox(pdf)).toEqual([0, 0, (640 * 72) / 150, (240 * 72) / 150]);
    expect((await wordsIn(pdf))[0]?.slice(0, 7)).toEqual(FIRST_LINE);
  });

  test("an image without a resolution has 300 pixels per inch, unless the option dpi says otherwise", async () => {
    expect(mediaBox(await pdfOf("notice.png", await notice()))).toEqual([0, 0, 153.6, 57.6]);
    expect(mediaBox(await pdfOf("notice.png", await notice(), { dpi: 72 }))).toEqual([0, 0, 640, 240]);
  });

  test("a page drawn of the PDF is the picture", async () => {
    const pdf = await pdfOf("notice.png", await notice(), { dpi: 300 });
    const { steps } = await document.load();
    const drawn = await steps.picture?.(
      {
        task: document,
        files: [
          {
            filename: "a.pdf",
            bytes: pdf.length,
            sha256: "",
            read: async () => Buffer.from(pdf),
            slice: async (from, length) => pdf.subarray(from, from + length),
          },
        ],
        args: { page: 1 },
        options: document.options.parse({}),
      },
      { folder: "", progress: () => undefined },
    );
    const gray = (png: Uint8Array) =>
      sharp(png)
        .flatten({ background: "white" })
        .greyscale()
        .resize(640, 240, { fit: "fill" })
        .raw()
        .toBuffer();
    const [before, after] = [await gray(await notice()), await gray(drawn?.body as Uint8Array)];
    const differing = before.filter((value, at) => Math.abs(value - (after[at] ?? 0)) > 64).length;
    expect(differing / before.length).toBeLessThan(0.01);
  });

  test("each page of a TIFF is one, of one bit where it has one", async () => {
    const pdf = await pdfOf("two.tiff", await file("tests/fixtures/ocr/two-pages.tiff"));
    expect((await wordsIn(pdf)).map((words) => words[0])).toEqual(["First", "Second"]);
    expect(pdf.toString("latin1").match(/\/BitsPerComponent 1 /g)).toHaveLength(2);
  });

  test("a page without text is a page", async () => {
    const paper = { width: 300, height: 200, channels: 3, background: "white" } as const;
    const pdf = await pdfOf("blank.png", await sharp({ create: paper }).png().toBuffer());
    expect(await wordsIn(pdf)).toEqual([[]]);
  });

  test("CMYK of a JPEG keeps its bytes, with the inverse that Adobe's marker means", async () => {
    const jpeg = await sharp(await notice())
      .toColourspace("cmyk")
      .jpeg()
      .toBuffer();
    const pdf = await pdfOf("notice.jpg", jpeg);
    expect(pdf.includes(jpeg)).toBe(true);
    expect(pdf.toString("latin1")).toContain("/Decode [1 0 1 0 1 0 1 0]");
  });
});

describe("of a PDF", PATIENCE, () => {
  test("its bytes stay, and the words of its scans can be read", async () => {
    const scans = await file("tests/fixtures/document/scans.pdf");
    const pdf = await pdfOf("scans.pdf", scans, { pages: "first" });
    expect(pdf.subarray(0, scans.length).equals(scans)).toBe(true);
    expect((await wordsIn(pdf))[0]?.slice(0, 7)).toEqual(FIRST_LINE);
  });

  test("a file without a table of its objects gets one", async () => {
    const scan = await file("examples/files/scan.pdf");
    const pdf = await pdfOf("scan.pdf", scan);
    expect((await wordsIn(pdf))[0]?.slice(0, 3)).toEqual(["The", "harbour", "office"]);
    expect(PdfFile.open(pdf).tables.start).toBeGreaterThan(scan.length);
  });

  test("pages with text are left as they are, and a warning says so", async () => {
    const typed = pagesOf([lines("The ferry leaves"), lines("the harbour")]);
    const outcome = await read("typed.pdf", typed);
    expect(outcome).toMatchObject({ ok: true, warnings: [{ code: "text_kept" }] });
    if (outcome.ok) expect((await bytesOf(outcome.body)).equals(typed)).toBe(true);
  });

  test("an encrypted one is refused before it is read", async () => {
    const outcome = await read("secret.pdf", await file("tests/fixtures/document/password-test.pdf"));
    expect(outcome).toMatchObject({ ok: false, code: "unsupported_format" });
  });

  test("bytes that only begin like a PDF are refused with a code", async () => {
    const outcome = await read(
      "bad.pdf",
      Buffer.from("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\n"),
    );
    expect(outcome).toMatchObject({ ok: false, code: "corrupt_file" });
  });
});
