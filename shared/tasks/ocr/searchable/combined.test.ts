import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileError } from "../../../errors.ts";
import type { RunWarning } from "../../../warnings.ts";
import { lines, pagesOf } from "../../document/testing.ts";
import { executeHere, processHere } from "../../inProcess.ts";
import { bytesOf, contentOf, type LocalOutcome, localFile, runLocally } from "../../local.ts";
import { taskNamed } from "../../registry.ts";
import type { StepFile } from "../../task.ts";
import { ocr } from "../index.ts";
import { combinedPdf } from "./combined.ts";
import { PdfFile } from "./file.ts";
import { written } from "./values.ts";

const document = taskNamed("document");
const fixture = (path: string) => readFile(new URL(`../../../../tests/fixtures/${path}`, import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-combined-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function fileOf(body: Buffer): StepFile {
  const slice = async (from: number, length: number) => body.subarray(from, from + length);
  return { filename: "a.pdf", bytes: body.length, sha256: "", read: async () => body, slice };
}

async function combined(...bodies: readonly Buffer[]): Promise<Buffer> {
  const own = await mkdtemp(join(folder, "run-"));
  const { path } = await combinedPdf(bodies.map(fileOf), { folder: own, progress: () => undefined });
  return await readFile(path);
}

async function pagesIn(body: Buffer): Promise<string[]> {
  const [outcome] = await processHere(document, [{ filename: "a.pdf", body }]);
  if (!outcome?.ok) throw new Error(JSON.stringify(outcome));
  const { pages } = JSON.parse(String(await bytesOf(outcome.body)));
  return pages.map(({ text }: { text: string }) => text.trim().replaceAll(/\s+/g, " "));
}

/** A PDF whose objects are in a stream, with a link from its first page to its second, a size that pages inherit, and tags. */
function linkedPdf(): Buffer {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R /StructTreeRoot 9 0 R >>",
    "<< /Type /Pages /Count 2 /Kids [3 0 R 4 0 R] /MediaBox [0 0 200 100] /Resources << /Font << /F 5 0 R >> >> >>",
    "<< /Type /Page /Parent 2 0 R /Contents 10 0 R /Annots [6 0 R] /StructParents 0 >>",
    "<< /Type /Page /Parent 2 0 R /Contents 11 0 R /MediaBox [0 0 300 100] >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    "<< /Type /Annot /Subtype /Link /Rect [0 0 50 50] /Dest [4 0 R /Fit] /P 3 0 R >>",
  ];
  const offsets: number[] = [];
  let inside = "";
  for (const object of objects) {
    offsets.push(inside.length);
    inside += `${object} `;
  }
  const head = offsets.map((offset, at) => `${at + 1} ${offset}`).join(" ");
  const text = (words: string) => `BT /F 12 Tf 10 50 Td (${words}) Tj ET`;
  const stream = (id: number, dict: string, data: string, told = data.length) =>
    `${id} 0 obj\n<< ${dict} /Length ${told} >>\nstream\n${data}\nendstream\nendobj\n`;
  // The second length is wrong, as it is in files of some programs.
  return Buffer.from(
    [
      "%PDF-1.5\n",
      stream(8, `/Type /ObjStm /N ${objects.length} /First ${head.length + 1}`, `${head} ${inside}`),
      stream(10, "", text("one")),
      stream(11, "", text("two"), 3),
      "trailer\n<< /Root 1 0 R >>\n%%EOF\n",
    ].join(""),
    "latin1",
  );
}

test("the pages of all files are in their order, with their words and sizes", async () => {
  const typed = pagesOf([lines("The ferry leaves"), lines("the harbour")]);
  const whole = await combined(typed, linkedPdf(), await fixture("document/three-pages.pdf"), linkedPdf());
  const pages = await pagesIn(whole);
  expect(pages.slice(0, 4)).toEqual(["The ferry leaves", "the harbour", "one", "two"]);
  expect(pages.slice(4, 7)).toEqual(await pagesIn(await fixture("document/three-pages.pdf")));
  expect(pages.slice(7)).toEqual(["one", "two"]);
  const boxes = PdfFile.open(whole).pages.map(({ dict }) => dict.entries.get("MediaBox"));
  expect(boxes.slice(2, 4).map((box) => box && written(box))).toEqual(["[0 0 200 100]", "[0 0 300 100]"]);
});

test("links lead to the pages of their own file, and what belongs to its document is left out", async () => {
  const whole = await combined(linkedPdf(), linkedPdf());
  const pdf = PdfFile.open(whole);
  for (const first of [0, 2]) {
    const { entries = new Map() } = pdf.pages[first]?.dict ?? {};
    expect([entries.has("StructParents"), entries.has("Annots")]).toEqual([false, true]);
    const annots = entries.get("Annots");
    const link = pdf.resolved(annots?.kind === "array" ? annots.items[0] : undefined);
    const aim = link?.kind === "dict" ? link.entries.get("Dest") : undefined;
    const [page] = aim?.kind === "array" ? aim.items : [];
    expect(page).toMatchObject({ kind: "reference", id: pdf.pages[first + 1]?.id });
  }
  expect(whole.toString("latin1").match(/\/Type \/Pages/g)).toHaveLength(1);
});

test("a file that is no PDF is refused with a code", async () => {
  await expect(combined(Buffer.from("%PDF-1.7\nnothing"))).rejects.toMatchObject({ code: "corrupt_file" });
  const broken = Buffer.from(
    linkedPdf().toString("latin1").replace("/Subtype /Type1", "/Subtype }Type1"),
    "latin1",
  );
  await expect(combined(broken)).rejects.toMatchObject({ code: "corrupt_file" });
});

test("a job with combine has one more PDF, of the files that were read, in the order of the upload", {
  timeout: 300_000,
}, async () => {
  const outcomes: LocalOutcome[] = [];
  const attached: Promise<[string, Buffer]>[] = [];
  const bodies = [pagesOf([lines("typed")]), Buffer.from("not a picture"), await fixture("ocr/notice.png")];
  await runLocally(ocr, {
    options: ocr.options.parse({ output: "pdf", combine: true, preprocess: "none" }),
    files: bodies.map((body, at) => localFile(`${at}.bin`, body)),
    execute: (unit) => executeHere(unit.task === "ocr" ? ocr : document, unit),
    concurrency: 2,
    signal: new AbortController().signal,
    onResult: (index, outcome) => {
      outcomes[index] = outcome;
    },
    onAttached: (name, file) => attached.push(contentOf(file).then((body) => [name, body])),
  });
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
  const [[name, whole] = ["", Buffer.alloc(0)], ...more] = await Promise.all(attached);
  expect([name, more]).toEqual(["combined-local.pdf", []]);
  const pages = await pagesIn(whole);
  expect(pages).toHaveLength(2);
  expect(pages[0]).toBe("typed");
  expect(pages[1]).toMatch(/^The ferry leaves/);
});

/** A job whose files have PDFs of these sizes. @param combine the step; it gets the sizes of the files of a unit */
async function combinedOf(sizes: readonly number[], combine: (sizes: readonly number[]) => Uint8Array) {
  const [warnings, attached]: [RunWarning[], number[]] = [[], []];
  const states: boolean[] = [];
  await runLocally(ocr, {
    options: ocr.options.parse({ output: "pdf", combine: true }),
    files: sizes.map((size, at) => localFile(`${at}.png`, Buffer.alloc(size))),
    execute: async ({ step, files }) => {
      const own = files.map(({ bytes }) => bytes);
      return { body: step === "combine" ? combine(own) : Buffer.alloc(own[0] ?? 0) };
    },
    concurrency: 1,
    signal: new AbortController().signal,
    onResult: (_, { ok }) => states.push(ok),
    onAttached: (_, { bytes }) => attached.push(bytes),
    onWarning: (warning) => warnings.push(warning),
  });
  return { warnings, attached, states };
}

const total = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);

test("a unit combines files of at most 64 MB together, or one, and the last unit all of these", async () => {
  const units: (readonly number[])[] = [];
  const M = 2 ** 20;
  const sizes = [30 * M, 30 * M, 5 * M, 70 * M, M, ...Array.from({ length: 33 }, () => 10)];
  const { attached, warnings } = await combinedOf(sizes, (own) => {
    units.push(own);
    return Buffer.alloc(total(own));
  });
  const small = sizes.slice(5);
  expect(units).toEqual([
    sizes.slice(0, 2),
    [5 * M],
    [70 * M],
    [M, ...small.slice(0, 31)],
    small.slice(31),
    [60 * M, 5 * M, 70 * M, M + 310, 20],
  ]);
  expect([attached, warnings]).toEqual([[total(sizes)], []]);
});

test("where the combined PDF cannot be written, the files keep their own, and a warning says why", async () => {
  const sizes = Array.from({ length: 40 }, () => 10);
  const { attached, warnings, states } = await combinedOf(sizes, (own) => {
    if (own.length === 2) throw new FileError("too_large", "There is no room.");
    return Buffer.alloc(total(own));
  });
  expect(states).toEqual(sizes.map(() => true));
  expect(attached).toEqual([]);
  expect(warnings).toMatchObject([
    { code: "not_combined", count: 40, message: expect.stringContaining("There is no room.") },
  ]);
});

test("combine needs the output pdf", () => {
  expect(ocr.options.safeParse({ combine: true }).error?.issues[0]?.path).toEqual(["combine"]);
  expect(ocr.reuse?.("a.png", ocr.options.parse({ combine: true, output: "pdf" }))).toBeUndefined();
});
