import { tmpdir } from "node:os";
import { z } from "zod";
import { openImage, type Source } from "../../media/picture/source.ts";
import type { StepWarning } from "../../warnings.ts";
import { jsonResult, onlyFile } from "../result.ts";
import type { Step, StepContext } from "../task.ts";
import { type Recognize, readPage, readPlainly } from "./attempts.ts";
import { completed } from "./completed.ts";
import type { OcrOptions } from "./options.ts";
import { pageOf } from "./picture.ts";
import { read as readGray, startReader } from "./reader.ts";
import { allFields, imageFields, type OcrFields, pdfFields, type ReadPage, summaryOf } from "./report.ts";

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
  message: "Pages of the PDF could not be drawn or read; the error of each is in `pages` of the result.",
};

/**
 * One image -> its text, page by page. A PDF gets `info` only, which tells `run` to read it page by page.
 * @throws FileError `empty_file`, `wrong_type`, `unsupported_format`, `corrupt_file`, `too_large`, `missing_language`.
 */
const recognize: Step<OcrOptions> = async ({ task, files, options }, context) => {
  const file = onlyFile(files);
  if (PDF.test((await file.slice(0, HEAD)).toString("latin1"))) return { body: NOTHING, info: { pdf: true } };
  const source = await openImage(await file.read(), { maxPixels: options.max_pixels });
  // A missing language fails the file before any work.
  await startReader(options.languages, context.folder);
  const pages: ReadPage[] = [];
  const count = options.pages === "all" && source.format === "tiff" ? source.pages : 1;
  for (let index = 0; index < count; index++)
    pages.push(await readOne(source, index, { options, context, count }));
  const fields = imageFields(source, pages);
  return jsonResult({ task, file, summary: summaryOf(fields) }, allFields(fields));
};

/**
 * Results of the pages of a PDF -> the result of the PDF. `args`: its `filename` and `sha256`, the numbers of the `pages`,
 * and the pages that `failed` with their errors.
 */
const finish: Step<OcrOptions> = async ({ task, files, args }, { progress }) => {
  const { filename, sha256, pages, failed } = pdfArgs.parse(args);
  const read: { page: number; fields: OcrFields }[] = [];
  for (const [at, file] of files.entries()) {
    const fields: OcrFields = JSON.parse((await file.read()).toString("utf8"));
    read.push({ page: pages[at] ?? 0, fields });
    progress();
  }
  const fields = pdfFields({ read, failed });
  const warnings = failed.length === 0 ? [] : [UNREAD];
  return jsonResult(
    { task, file: { filename, sha256 }, summary: summaryOf(fields), warnings },
    allFields(fields),
  );
};

const pdfArgs = z.object({
  filename: z.string(),
  sha256: z.string(),
  pages: z.array(z.number()),
  failed: z.array(z.object({ page: z.number(), error: z.string() })),
});

export const steps = { recognize, finish };

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
  const page = await pageOf(source, index);
  const { picture, width, height } = page;
  const { languages, page_mode: pageMode, preprocess } = options;
  const { folder } = context;
  const progress = (done: number) => context.progress(Math.min(1, (index + done) / count));
  const reading: Recognize = ({ gray }, thresholding) =>
    readGray(gray, { languages, pageMode, thresholding, folder, progress });
  if (preprocess === "none") return { width, height, attempt: await readPlainly(picture, reading) };
  const straighten = PAGE_LIKE.includes(pageMode);
  const found = await readPage(picture, reading, straighten);
  return { width, height, attempt: await completed(found, { page, recognize: reading, straighten }) };
}
