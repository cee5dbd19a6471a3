import { tmpdir } from "node:os";
import { z } from "zod";
import { FileError } from "../../errors.ts";
import { openImage, type Source } from "../../media/picture/source.ts";
import type { StepWarning } from "../../warnings.ts";
import { onlyFile } from "../result.ts";
import type { Step, StepContext, StepFile } from "../task.ts";
import { type Recognize, readPage, readPlainly } from "./attempts.ts";
import { completed } from "./completed.ts";
import type { OcrOptions } from "./options.ts";
import { pageOf } from "./picture.ts";
import { read as readGray, startReader } from "./reader.ts";
import { failedPage, imageFields, numbered, type OcrFields, type ReadPage } from "./report.ts";
import { resultOf } from "./resultOf.ts";

/** Modes that read a page or a block; in other modes the picture is not straightened. */
const PAGE_LIKE: readonly number[] = [3, 4, 6, 11];

/** Starts tesseract with the language that is installed with it. */
export async function warmUp(): Promise<void> {
  await startReader("eng", tmpdir());
}

/** Bytes that show whether a file is a PDF. */
const HEAD = 64;
const PDF = /^(?:\xef\xbb\xbf)?\s*%PDF-\d/;

const NOTHING = Buffer.alloc(0);

const UNREAD: StepWarning = {
  code: "pages_not_read",
  message:
    "Pages of the file could not be drawn or read; the error of each is in `pages` of a result in JSON.",
};

/**
 * One image -> its text. A PDF and a TIFF of several pages get `info` only, which tells `run` to read them page by page.
 * With `args.page`, the number of a page from 1: the fields of that page, for the step `finish`.
 * @throws FileError `empty_file`, `wrong_type`, `unsupported_format`, `corrupt_file`, `too_large`, `missing_language`.
 */
const recognize: Step<OcrOptions> = async ({ task, files, options, args }, context) => {
  const file = onlyFile(files);
  const { page } = recognizeArgs.parse(args);
  if (page === undefined && (await isPdf(file))) return { body: NOTHING, info: { pdf: true } };
  const source = await openImage(await file.read(), { maxPixels: options.max_pixels });
  // A missing language fails the file before any work.
  await startReader(options.languages, context.folder);
  const pages = options.pages === "all" && source.format === "tiff" ? source.pages : 1;
  if (page === undefined && pages > 1)
    return { body: NOTHING, info: { pages_to_read: pagesWithin(pages, options) } };
  const fields = imageFields(source, [await readOne(source, (page ?? 1) - 1, { options, context })]);
  if (page !== undefined) return { body: Buffer.from(JSON.stringify(numbered(fields, page))) };
  return await resultOf({ task, file, options, context }, [fields]);
};

const recognizeArgs = z.object({ page: z.int().min(1).optional() });

async function isPdf(file: StepFile): Promise<boolean> {
  return PDF.test((await file.slice(0, HEAD)).toString("latin1"));
}

/** @throws FileError `too_large` beyond `max_pages` */
function pagesWithin(pages: number, { max_pages: most }: OcrOptions): number {
  if (pages <= most) return pages;
  throw new FileError("too_large", `The TIFF has ${pages} pages; the option max_pages allows ${most}.`);
}

/**
 * Fields of the pages of a PDF or TIFF -> its result. `args`: its `filename` and `sha256`, the numbers of the `pages` in the
 * order of the files, and the pages that `failed` with their errors.
 */
const finish: Step<OcrOptions> = async ({ task, files, options, args }, context) => {
  const { filename, sha256, pages, failed } = finishArgs.parse(args);
  const sources = [
    ...files.map((file, at) => ({ page: pages[at] ?? 0, file })),
    ...failed.map(({ page, error }) => ({ page, error })),
  ].sort((a, b) => a.page - b.page);
  const warnings = failed.length === 0 ? [] : [UNREAD];
  return await resultOf(
    { task, file: { filename, sha256 }, options, context, warnings },
    fieldsOf(sources, context),
  );
};

const finishArgs = z.object({
  filename: z.string(),
  sha256: z.string(),
  pages: z.array(z.number()),
  failed: z.array(z.object({ page: z.number(), error: z.string() })),
});

type PageSource = { readonly page: number } & ({ readonly file: StepFile } | { readonly error: string });

async function* fieldsOf(
  sources: readonly PageSource[],
  { progress }: StepContext,
): AsyncGenerator<OcrFields> {
  for (const source of sources) {
    if ("error" in source)
      yield { image_size: [], image_mode: "", words: [], pages: [failedPage(source.page, source.error)] };
    else yield numbered(JSON.parse((await source.file.read()).toString("utf8")), source.page);
    progress();
  }
}

export const steps = { recognize, finish };

interface PageReading {
  readonly options: OcrOptions;
  readonly context: StepContext;
}

async function readOne(source: Source, index: number, { options, context }: PageReading): Promise<ReadPage> {
  const page = await pageOf(source, index);
  const { picture, width, height } = page;
  const { languages, page_mode: pageMode, preprocess } = options;
  const { folder } = context;
  const progress = (done: number) => context.progress(Math.min(1, done));
  const reading: Recognize = ({ gray }, thresholding) =>
    readGray(gray, { languages, pageMode, thresholding, folder, progress });
  if (preprocess === "none") return { width, height, attempt: await readPlainly(picture, reading) };
  const straighten = PAGE_LIKE.includes(pageMode);
  const found = await readPage(picture, reading, straighten);
  return { width, height, attempt: await completed(found, { page, recognize: reading, straighten }) };
}
