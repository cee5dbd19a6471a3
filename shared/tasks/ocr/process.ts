import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createWorker, type Worker } from "tesseract.js";
import { FileError } from "../../errors.ts";
import { sharp } from "../image/sharp.ts";
import { jsonResult, onlyFile } from "../result.ts";
import type { Step } from "../task.ts";
import type { OcrOptions } from "./index.ts";

let warm: Promise<Worker> | undefined;

export async function warmUp(): Promise<void> {
  await worker();
}

const recognize: Step = async ({ files, options }) => {
  const file = onlyFile(files);
  const { page_mode } = options as OcrOptions;
  if (file.bytes === 0) throw new FileError("empty_file", "The file is empty.");
  const image = await page(await file.read());
  const tesseract = await worker();
  await tesseract.setParameters({ tessedit_pageseg_mode: String(page_mode) as never });
  const { data } = await tesseract.recognize(image.data, {}, { text: true, blocks: true });
  const words = (data.blocks ?? [])
    .flatMap((block) => block.paragraphs)
    .flatMap((paragraph) => paragraph.lines)
    .flatMap((line) => line.words)
    .map(({ text, confidence, bbox }) => ({ text, confidence, bbox: { ...bbox } }));
  const total = words.reduce((sum, word) => sum + word.confidence, 0);
  return jsonResult(
    { task: "ocr", schemaVersion: 1, file, summary: data.text },
    {
      extracted_text: data.text,
      word_count: data.text.split(/\s+/).filter(Boolean).length,
      character_count: [...data.text].length,
      average_confidence: words.length === 0 ? 0 : total / words.length,
      image_size: [image.width, image.height],
      image_mode: image.mode,
      words,
      pages: [],
    },
  );
};

async function page(bytes: Buffer) {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: 100_000_000, autoOrient: true })
      .flatten({ background: "white" })
      .png({ compressionLevel: 1 })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, mode: info.channels === 1 ? "L" : "RGB" };
  } catch (cause) {
    throw new FileError("corrupt_file", "The image could not be read.", { cause });
  }
}

function worker(): Promise<Worker> {
  const packageFile = createRequire(import.meta.url).resolve("@tesseract.js-data/eng/package.json");
  const langPath = join(dirname(packageFile), "4.0.0_best_int");
  warm ??= createWorker("eng", 1, { langPath, gzip: true, cacheMethod: "none" });
  return warm;
}

export const steps = { recognize };
