import { FileError } from "../../../errors.ts";
import type { JsonObject, StepContext, StepFile } from "../../task.ts";
import type { DocumentOptions } from "../options.ts";
import { refuseBombs } from "./bombs.ts";
import { openPdf, type PdfDocument } from "./library.ts";
import { readMetadata } from "./metadata.ts";
import { type PdfPage, readPage } from "./page.ts";

/** Facts about a PDF besides its pages. */
export interface PdfHead {
  readonly page_count: number;
  readonly metadata: JsonObject;
}

/** Opens the file, calls `use`, and closes the file. */
export async function withPdf<Result>(
  file: StepFile,
  options: DocumentOptions,
  use: (pdf: PdfDocument) => Promise<Result>,
): Promise<Result> {
  await refuseBombs(file);
  const pdf = await openPdf(file, options.password);
  try {
    if (pdf.numPages > options.max_pages) throw tooManyPages(pdf.numPages, options.max_pages);
    return await use(pdf);
  } finally {
    await pdf.destroy();
  }
}

export async function readHead(pdf: PdfDocument): Promise<PdfHead> {
  return { page_count: pdf.numPages, metadata: await readMetadata(pdf) };
}

export interface PageRange {
  /** First and last page, from 1, both included. */
  readonly from: number;
  readonly to: number;
}

/**
 * Reads pages one by one. Counts cover whole pages; text is kept up to what the result can show, wherever in the
 * document this range begins (two units of UTF-16 are at least one character).
 */
export async function readPages(
  pdf: PdfDocument,
  { from, to }: PageRange,
  { options, context }: { readonly options: DocumentOptions; readonly context: StepContext },
): Promise<PdfPage[]> {
  const pages: PdfPage[] = [];
  const last = Math.min(to, pdf.numPages);
  let left = 2 * options.max_characters;
  for (let number = from; number <= last; number += 1) {
    const page = await readPage(pdf, number, options.order);
    pages.push(page.text.length > left ? { ...page, text: page.text.slice(0, left) } : page);
    left = Math.max(0, left - page.text.length);
    context.progress((number - from + 1) / (last - from + 1));
  }
  return pages;
}

function tooManyPages(pages: number, limit: number): FileError {
  return new FileError(
    "too_large",
    `The PDF has ${pages} pages, more than the limit of ${limit}. Raise it with the option \`max_pages\`.`,
  );
}
