import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Sent } from "./client.ts";
import { docxs, pages, pdfs, photos, recording } from "./samples.ts";

/** A command line tool that makes the same kind of result from the same files. */
export interface Rival {
  readonly name: string;
  readonly tool: string;
  /** Shell command that fails where the tool lacks something, a module of Python say. */
  readonly needs?: string;
  readonly task: string;
  readonly field: string;
  readonly options: object;
  readonly files: number;
  readonly make: (count: number) => Promise<readonly Sent[]>;
  /** For GNU parallel in `folder`: `{}` is the file, `{/}` its name; results go to `out`. */
  readonly command: (folder: string) => Promise<string>;
  /** Target for the work per CPU second relative to the tool's; only where both use the same engine. */
  readonly target?: number;
  readonly note: string;
}

const gray = { tool: "vips", task: "image", field: "images", options: {}, files: 60, make: photos };
const ocr = { tool: "tesseract", task: "ocr", field: "images", files: 16, make: pages };

/** Text, and words with their boxes and confidences. */
const OUTPUTS = "-c tessedit_create_txt=1 -c tessedit_create_tsv=1";

export const RIVALS: readonly Rival[] = [
  {
    ...gray,
    name: "1 MP photos, vips colourspace",
    command: async () => "VIPS_CONCURRENCY=1 vips colourspace {} 'out/{/}.png[filter=all,compression=6]' b-w",
    target: 0.9,
    note: "same engine (libvips), PNG with adaptive filters as here",
  },
  {
    ...gray,
    name: "1 MP photos, vips colourspace, PNG as vips has it by default",
    command: async () => "VIPS_CONCURRENCY=1 vips colourspace {} out/{/}.png b-w",
    note: "no filter: other sizes of files",
  },
  {
    ...ocr,
    name: "OCR pages, tesseract",
    options: { preprocess: "none" },
    command: async (folder) =>
      `OMP_THREAD_LIMIT=1 tesseract {} out/{/} --tessdata-dir ${await model(folder)} -l eng --psm 3 ${OUTPUTS}`,
    target: 0.9,
    note: "same engine and model; pages as they are",
  },
  {
    ...ocr,
    name: "OCR pages prepared, tesseract on them as they are",
    options: {},
    command: async (folder) =>
      `OMP_THREAD_LIMIT=1 tesseract {} out/{/} --tessdata-dir ${await model(folder)} -l eng --psm 3 ${OUTPUTS}`,
    note: "here doubtful pages are read again, straightened or enlarged",
  },
  {
    ...ocr,
    name: "OCR pages, tesseract with the model that its package brings",
    options: { preprocess: "none" },
    command: async () => `OMP_THREAD_LIMIT=1 tesseract {} out/{/} -l eng --psm 3 ${OUTPUTS}`,
    note: "a smaller model: faster and less accurate",
  },
  {
    tool: "pdftotext",
    task: "document",
    field: "documents",
    options: {},
    files: 120,
    make: pdfs,
    name: "text PDFs of 1 to 5 pages, pdftotext",
    command: async () => "pdftotext {} out/{/}.txt",
    note: "another engine, and text only: no tables, headers, notes",
  },
  {
    tool: "pandoc",
    task: "document",
    field: "documents",
    options: {},
    files: 120,
    make: docxs,
    name: "DOCX of 70 to 180 KB of XML, pandoc",
    command: async () => "pandoc {} -t plain -o out/{/}.txt",
    note: "another engine, and text only",
  },
  {
    tool: "sox",
    task: "audio",
    field: "audio_files",
    options: {},
    files: 40,
    make: recordings,
    name: "WAVs of 4 MiB, sox stats",
    command: async () => "sox {} -n stats 2>out/{/}.txt",
    note: "other measures: sox has no loudness, true peak or spectrum",
  },
];

export function isThere({ tool, needs = `command -v ${tool}` }: Pick<Rival, "tool" | "needs">): boolean {
  return spawnSync("bash", ["-c", needs], { stdio: "ignore" }).status === 0;
}

export async function recordings(count: number): Promise<readonly Sent[]> {
  const body = await recording(4 * 2 ** 20);
  return Array.from({ length: count }, (_, index) => ({ name: `${index}.wav`, body }));
}

/** Folder of the model that this project uses. */
async function model(folder: string): Promise<string> {
  const home = dirname(createRequire(import.meta.url).resolve("@tesseract.js-data/eng/package.json"));
  const packed = await readFile(join(home, "4.0.0_best_int/eng.traineddata.gz"));
  await writeFile(join(folder, "eng.traineddata"), gunzipSync(packed));
  return folder;
}
