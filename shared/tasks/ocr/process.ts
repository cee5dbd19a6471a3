import { tmpdir } from "node:os";
import { z } from "zod";
import { FileError } from "../../errors.ts";
import { openImage, openPage, type Source } from "../../media/picture/source.ts";
import type { StepWarning } from "../../warnings.ts";
import { onlyFile } from "../result.ts";
import type { Step, StepContext, StepFile, StepOutput } from "../task.ts";
import { type Recognize, readPage, readPlainly } from "./attempts.ts";
import { completed } from "./completed.ts";
import { type PageLanguage, pageLanguage } from "./language/pageLanguage.ts";
import { AUTO } from "./languages.ts";
import { type Leaf, leafBytes, readLeaf } from "./leaf.ts";
import type { OcrOptions } from "./options.ts";
import { type Picture, pageOf } from "./picture.ts";
import { type ReaderSettings, read as readGray, startReader } from "./reader.ts";
import { failedPage, imageFields, numbered, type OcrFields, type ReadPage } from "./report.ts";
import { resultOf } from "./resultOf.ts";
import { combinedPdf } from "./searchable/combined.ts";
import { PdfFile } from "./searchable/file.ts";
import { pictureStream } from "./searchable/picture.ts";

/** Modes that read a page or a block; in other modes the picture is not straightened. */
const PAGE_LIKE: readonly number[] = [3, 4, 6, 11];
/** Modes of tesseract: the layout of a page is found, or the picture is one block of lines. */
const WHOLE = 3;
const BLOCK = 6;

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

const WITH_TEXT: StepWarning = {
  code: "text_kept",
  message: "Pages of the PDF have text already; they were not read and are as they were.",
};

/**
 * One image -> its text. A PDF and a TIFF of several pages get `info` only, which tells `run` to read them page by page.
 * With `args.page`, the number of a page from 1: that page for the step `finish`, with its picture if `args.picture`.
 * @throws FileError `empty_file`, `wrong_type`, `unsupported_format`, `corrupt_file`, `too_large`, `missing_language`.
 */
const recognize: Step<OcrOptions> = async ({ task, files, options, args }, context) => {
  const file = onlyFile(files);
  const { page, picture } = recognizeArgs.parse(args);
  if (page === undefined && (await isPdf(file))) return await pdfFound(file, options);
  const bytes = await file.read();
  const source = await openImage(bytes, { maxPixels: options.max_pixels });
  // A missing language fails the file before any work.
  if (options.languages !== AUTO) await startReader(options.languages, context.folder);
  const pages = options.pages === "all" && source.format === "tiff" ? source.pages : 1;
  if (page === undefined && pages > 1)
    return { body: NOTHING, info: { pages_to_read: pagesWithin(pages, options) } };
  const index = (page ?? 1) - 1;
  const fields = imageFields(source, [await readOne(source, index, { options, context })]);
  const leaf = async (): Promise<Leaf> => ({
    fields: numbered(fields, index + 1),
    picture: await pictureStream(await openPage(source, index), bytes),
  });
  if (page !== undefined)
    return { body: leafBytes(picture ? await leaf() : { fields: numbered(fields, page) }) };
  return await resultOf({ task, file, options, context }, [
    options.output === "pdf" ? await leaf() : { fields },
  ]);
};

const recognizeArgs = z.object({ page: z.int().min(1).optional(), picture: z.boolean().default(false) });

/** A PDF that cannot get a layer of text fails before its pages are read. */
async function pdfFound(file: StepFile, { output }: OcrOptions): Promise<StepOutput> {
  if (output === "pdf") PdfFile.open(await file.read());
  return { body: NOTHING, info: { pdf: true } };
}

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
 * order of the files, and the pages that `failed` with their errors; `has_source` if the last file is the PDF itself, whose
 * pages get the text, and the number of pages `with_text` of their own, which are left as they are.
 */
const finish: Step<OcrOptions> = async ({ task, files, options, args }, context) => {
  const { filename, sha256, pages, failed, has_source, with_text } = finishArgs.parse(args);
  const source = has_source ? files.at(-1) : undefined;
  const leaves = has_source ? files.slice(0, -1) : files;
  const sources = [
    ...leaves.map((file, at) => ({ page: pages[at] ?? 0, file })),
    ...failed.map(({ page, error }) => ({ page, error })),
  ].sort((a, b) => a.page - b.page);
  const warnings = [...(failed.length === 0 ? [] : [UNREAD]), ...(with_text === 0 ? [] : [WITH_TEXT])];
  return await resultOf(
    { task, file: { filename, sha256 }, options, context, warnings, source },
    leavesOf(sources, context),
  );
};

const finishArgs = z.object({
  filename: z.string(),
  sha256: z.string(),
  pages: z.array(z.number()),
  failed: z.array(z.object({ page: z.number(), error: z.string() })),
  has_source: z.boolean().default(false),
  with_text: z.number().default(0),
});

type PageSource = { readonly page: number } & ({ readonly file: StepFile } | { readonly error: string });

async function* leavesOf(sources: readonly PageSource[], { progress }: StepContext): AsyncGenerator<Leaf> {
  for (const source of sources) {
    yield "error" in source ? { fields: unread(source.page, source.error) } : await leafOf(source);
    progress();
  }
}

function unread(page: number, error: string): OcrFields {
  return { image_size: [], image_mode: "", words: [], pages: [failedPage(page, error)] };
}

async function leafOf({ page, file }: { readonly page: number; readonly file: StepFile }): Promise<Leaf> {
  const leaf = await readLeaf(file);
  return { ...leaf, fields: numbered(leaf.fields, page) };
}

/** PDFs -> one PDF of all their pages, in the order of the files. */
const combine: Step<OcrOptions> = async ({ files }, context) => ({ body: await combinedPdf(files, context) });

export const steps = { recognize, finish, combine };

interface PageReading {
  readonly options: OcrOptions;
  readonly context: StepContext;
}

async function readOne(source: Source, index: number, { options, context }: PageReading): Promise<ReadPage> {
  const page = await pageOf(source, index);
  const { picture, width, height } = page;
  const { page_mode: pageMode, preprocess } = options;
  const { folder } = context;
  const progress = (done: number) => context.progress(Math.min(1, done));
  const language = options.languages === AUTO ? await languageIn(picture, { folder, progress }) : undefined;
  const languages = language?.code ?? options.languages;
  const reading: Recognize = ({ gray }, thresholding) =>
    readGray(gray, { languages, pageMode, thresholding, folder, progress });
  if (preprocess === "none") return { width, height, language, attempt: await readPlainly(picture, reading) };
  const straighten = PAGE_LIKE.includes(pageMode);
  const found = await readPage(picture, reading, straighten);
  return {
    width,
    height,
    language,
    attempt: await completed(found, { page, recognize: reading, straighten }),
  };
}

async function languageIn(
  picture: Picture,
  how: Pick<ReaderSettings, "folder" | "progress">,
): Promise<PageLanguage> {
  return await pageLanguage(picture, (gray, { code, isBlock }) =>
    readGray(gray, { ...how, languages: code, pageMode: isBlock ? BLOCK : WHOLE, thresholding: "otsu" }),
  );
}
