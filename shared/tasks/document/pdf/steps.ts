import { FileError } from "../../../errors.ts";
import type { StepWarning } from "../../../warnings.ts";
import { UNSURE } from "../../ocr/report.ts";
import { counted, jsonResult, oneLine, onlyFile } from "../../result.ts";
import type { Json, JsonObject, Step, StepFile, StepOutput, TaskHead } from "../../task.ts";
import type { DocumentOptions } from "../options.ts";
import { countCharacters, countWords, textSummary } from "../words.ts";
import { type Draft, draftOutput, readDraft } from "./draft.ts";
import type { PdfPage } from "./page.ts";
import { readHead, readPages, withPdf } from "./read.ts";
import { pdfFields } from "./result.ts";

/** Most bytes of a file that one unit reads; larger files are read by several units, at least a page each. */
const LARGEST_UNIT = 96 * 2 ** 20;

/**
 * Reads a whole PDF. The part is the result or, if other units must help (many pages, pages for OCR), a draft with
 * a plan.
 */
export const readPdf: Step<DocumentOptions> = async ({ task, files, options }, context) => {
  const file = onlyFile(files);
  const draft = await withPdf(file, options, async (pdf): Promise<Draft> => {
    const head = await readHead(pdf);
    const to = head.page_count > perUnit(file, head.page_count, options) ? 0 : head.page_count;
    const pages = await readPages(pdf, { from: 1, to }, { options, context });
    return { file: { filename: file.filename, sha256: file.sha256 }, head, pages };
  });
  const { length } = draft.pages;
  const needsOcr = options.ocr && draft.pages.some(({ has_text_layer }) => !has_text_layer);
  if (length < draft.head.page_count || needsOcr) {
    const per_unit = perUnit(file, draft.head.page_count, options);
    return draftOutput(draft, { from: 1, to: length, per_unit });
  }
  return await result(task, draft, options);
};

/** Number of pages that one unit reads: fewer if pages have many bytes, as the engine keeps the bytes it has read. */
function perUnit(file: StepFile, pages: number, { pages_per_unit }: DocumentOptions): number {
  const fitting = Math.floor((LARGEST_UNIT * pages) / file.bytes);
  return Math.max(1, Math.min(pages_per_unit, fitting));
}

/** Counts the pages of a PDF for the task `ocr`. @throws FileError as `openPdf`; `corrupt_file` if there are none. */
export const count: Step<DocumentOptions> = async ({ files, options }) => {
  const pages = await withPdf(onlyFile(files), options, async ({ numPages }) => numPages);
  if (pages < 1) throw new FileError("corrupt_file", "The PDF has no pages.");
  return { body: Buffer.from(String(pages)), info: { pages } };
};

/** Reads pages `from` to `to` of a PDF into a draft. */
export const pages: Step<DocumentOptions> = async (input, context) => {
  const file = onlyFile(input.files);
  const { options } = input;
  const range = { from: Number(input.args.from), to: Number(input.args.to) };
  const draft = await withPdf(
    file,
    options,
    async (pdf): Promise<Draft> => ({
      file: { filename: file.filename, sha256: file.sha256 },
      head: await readHead(pdf),
      pages: await readPages(pdf, range, { options, context }),
    }),
  );
  return draftOutput(draft, { ...range, per_unit: options.pages_per_unit });
};

/**
 * Makes the result of a PDF from its drafts, in the order of its pages, and from the OCR results of the pages in
 * `args.read`; `args.failed` has the reasons of the pages that OCR could not read.
 */
export const finish: Step<DocumentOptions> = async (input, context) => {
  const drafts = input.files.slice(0, Number(input.args.drafts));
  const first = await readDraft(drafts[0]);
  const all: PdfPage[] = [...first.pages];
  for (const file of drafts.slice(1)) {
    for (const page of (await readDraft(file)).pages) all.push(page);
    context.progress();
  }
  const recognised = input.files.slice(drafts.length);
  for (const [at, number] of numbersOf(input.args.read).entries()) {
    const page = all[number - 1];
    const file = recognised[at];
    if (page !== undefined && file !== undefined) all[number - 1] = await withOcr(page, file);
  }
  for (const failure of (input.args.failed ?? []) as readonly { page: number; error: string }[]) {
    const page = all[failure.page - 1];
    if (page !== undefined) all[failure.page - 1] = { ...page, error: failure.error };
  }
  return await result(input.task, { ...first, pages: all }, input.options);
};

function numbersOf(list: Json | undefined): number[] {
  return Array.isArray(list) ? list.map(Number) : [];
}

/** Adds the OCR result to a page; text of form fields and notes follows it. */
async function withOcr(page: PdfPage, file: StepFile): Promise<PdfPage> {
  const ocr = JSON.parse((await file.read()).toString("utf8")) as JsonObject;
  const text = [String(ocr.extracted_text ?? "").trim(), page.text].filter((part) => part !== "").join("\n");
  const confidence = typeof ocr.average_confidence === "number" ? ocr.average_confidence : null;
  const counts = { word_count: countWords(text), character_count: countCharacters(text) };
  const [read] = (ocr.pages ?? []) as readonly { readonly language?: JsonObject }[];
  const language = read?.language && { ocr_language: read.language };
  return { ...page, text, ...counts, ocr_confidence: confidence, ...language };
}

async function result(task: TaskHead, draft: Draft, options: DocumentOptions): Promise<StepOutput> {
  const fields = await pdfFields(draft.head, draft.pages, options);
  const blank = options.ocr ? 0 : draft.pages.filter(({ has_text_layer }) => !has_text_layer).length;
  const summary = oneLine(summaryOf(fields, blank));
  const warnings = [
    ...(blank === 0 ? [] : [NO_TEXT_LAYER]),
    ...(draft.pages.some(({ error }) => error !== undefined) ? [NOT_READ] : []),
    ...(draft.pages.some(({ ocr_language }) => ocr_language?.certain === false) ? [UNSURE] : []),
  ];
  return jsonResult({ task, file: draft.file, summary, warnings }, fields);
}

const NOT_READ: StepWarning = {
  code: "pages_not_read",
  message: "Pages of the PDF could not be read completely; the error of each is in `pages` of the result.",
};

const NO_TEXT_LAYER: StepWarning = {
  code: "no_text_layer",
  message:
    "Pages without a text layer (scans?) have no text in the result: the option ocr=true reads them, and so does the task ocr.",
};

/** @param blank number of pages without a text layer that were not read by OCR */
function summaryOf({ page_count, word_count, text_content }: JsonObject, blank: number): string {
  const pages = counted(Number(page_count), "page");
  const hint = "use option ocr=true, or task ocr";
  if (blank === page_count && word_count === 0)
    return `PDF, ${pages} without a text layer (${blank === 1 ? "a scan" : "scans"}?): ${hint}`;
  const some = blank === 0 ? "" : ` (${blank} without a text layer: ${hint})`;
  return `PDF, ${pages}${some}, ${textSummary(Number(word_count), text_content)}`;
}
