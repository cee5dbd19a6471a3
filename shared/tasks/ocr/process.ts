import { tmpdir } from "node:os";
import { openImage, type Source } from "../../media/picture/source.ts";
import { jsonResult, onlyFile } from "../result.ts";
import type { JsonObject, Step, StepContext } from "../task.ts";
import { type Attempt, type Recognize, readPage, readPlainly } from "./attempts.ts";
import type { OcrOptions } from "./options.ts";
import { pageOf } from "./picture.ts";
import { read, startReader } from "./reader.ts";

/** Modes that read a page or a block; in other modes the picture is not straightened. */
const PAGE_LIKE: readonly number[] = [3, 4, 6, 11];

/** Starts tesseract with the language that is installed with it. */
export async function warmUp(): Promise<void> {
  await startReader("eng", tmpdir());
}

/**
 * One image -> its text, page by page.
 * @throws FileError `empty_file`, `wrong_type`, `unsupported_format`, `corrupt_file`, `too_large`, `missing_language`.
 */
const recognize: Step<OcrOptions> = async ({ task, files, options }, context) => {
  const file = onlyFile(files);
  const source = await openImage(await file.read(), { maxPixels: options.max_pixels });
  // A missing language fails the file before any work.
  await startReader(options.languages, context.folder);
  const pages: ReadPage[] = [];
  const count = options.pages === "all" && source.format === "tiff" ? source.pages : 1;
  for (let index = 0; index < count; index++)
    pages.push(await readOne(source, index, { options, context, count }));
  const text = pages.map((page) => page.attempt.text).join("\f");
  const fields = fieldsOf(source, pages, text);
  return jsonResult({ task, file, summary: text }, fields);
};

export const steps = { recognize };

interface ReadPage {
  readonly width: number;
  readonly height: number;
  readonly attempt: Attempt;
}

interface PageReading {
  readonly options: OcrOptions;
  readonly context: StepContext;
  readonly count: number;
}

async function readOne(
  source: Source,
  index: number,
  { options, context, count }: PageReading,
): Promise<ReadPage> {
  const { picture: page, width, height } = await pageOf(source, index);
  const { languages, page_mode: pageMode, preprocess } = options;
  const { folder } = context;
  const progress = (done: number) => context.progress(Math.min(1, (index + done) / count));
  const reading: Recognize = ({ gray }, thresholding) =>
    read(gray, { languages, pageMode, thresholding, folder, progress });
  if (preprocess === "none") return { width, height, attempt: await readPlainly(page, reading) };
  return { width, height, attempt: await readPage(page, reading, PAGE_LIKE.includes(pageMode)) };
}

function fieldsOf(source: Source, pages: readonly ReadPage[], text: string): JsonObject {
  const words = pages.flatMap(({ attempt }, index) =>
    attempt.words.map((word) => ({ ...word, page: index + 1 })),
  );
  const [first] = pages;
  return {
    extracted_text: text,
    word_count: text.split(/\s+/).filter(Boolean).length,
    character_count: [...text].length,
    average_confidence: meanConfidence(words),
    image_size: [first?.width ?? 0, first?.height ?? 0],
    image_mode: modeOf(source),
    words: words.map(({ bbox, ...word }) => ({ ...word, bbox: { ...bbox } })),
    pages: pages.map(pageFields),
  };
}

function pageFields({ width, height, attempt }: ReadPage, index: number): JsonObject {
  const { text, words, lines, rotation, skew, scale, thresholding } = attempt;
  return {
    page: index + 1,
    width,
    height,
    text,
    average_confidence: meanConfidence(words),
    lines: lines.map(({ bbox, ...line }) => ({ ...line, bbox: { ...bbox } })),
    preparation: { rotation, skew, scale: Math.round(scale * 1000) / 1000, thresholding },
  };
}

/** Mean over the words, 0..100; 0 without words. */
function meanConfidence(words: readonly { readonly confidence: number }[]): number {
  const sum = words.reduce((total, { confidence }) => total + confidence, 0);
  return words.length === 0 ? 0 : Math.round((sum / words.length) * 100) / 100;
}

/** Pillow's name of the colour model. */
function modeOf({ space, hasAlpha, bits, storedBits, isPalette }: Source): string {
  if (space === "cmyk") return "CMYK";
  if (isPalette) return "P";
  if (space !== "b-w" && space !== "grey16") return hasAlpha ? "RGBA" : "RGB";
  if (hasAlpha) return "LA";
  if (bits === 16) return "I;16";
  return storedBits === 1 ? "1" : "L";
}
