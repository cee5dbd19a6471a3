import { FileError } from "../../../errors.ts";
import type { JsonObject } from "../../task.ts";
import type { DocumentOptions } from "../options.ts";
import { countCharacters, cut } from "../words.ts";
import { formattedPages } from "./format.ts";
import { DAMAGED, type PdfPage } from "./page.ts";
import type { PdfHead } from "./read.ts";

/** Separates the pages of `text_content`. */
const PAGE_BREAK = "\n\n";

/** Makes the fields of a PDF's result, which are the same for one unit with all pages and for units with a range each. */
export async function pdfFields(
  head: PdfHead,
  whole: readonly PdfPage[],
  options: DocumentOptions,
): Promise<JsonObject> {
  if (whole.length > 0 && whole.every(({ error }) => error === DAMAGED)) {
    throw new FileError("corrupt_file", "The PDF is damaged: none of its pages can be read.");
  }
  const pages = withinLimit(whole, options.max_characters);
  const filled = whole.filter(({ character_count }) => character_count > 0);
  const breaks = PAGE_BREAK.length * Math.max(0, filled.length - 1);
  const character_count = sum(whole.map((page) => page.character_count)) + breaks;
  return {
    document_type: "PDF",
    page_count: head.page_count,
    text_content: cut(textOf(pages), options.max_characters),
    word_count: sum(whole.map(({ word_count }) => word_count)),
    character_count,
    truncated: character_count > options.max_characters,
    metadata: head.metadata,
    pages: pages.map(plainPage),
    pages_without_text: numbers(whole.filter(({ has_text_layer }) => !has_text_layer)),
    ...(await formattedPages(pages, options)),
    damaged_pages: numbers(whole.filter(({ error }) => error !== undefined)),
  };
}

/** Copies a page as plain objects, whose members keep their order. */
function plainPage(page: PdfPage): JsonObject {
  const form_fields = page.form_fields.map((field) => ({ ...field }));
  const annotations = page.annotations.map((annotation) => ({ ...annotation }));
  return { ...page, form_fields, annotations };
}

function textOf(pages: readonly PdfPage[]): string {
  return pages
    .map(({ text }) => text)
    .filter((text) => text !== "")
    .join(PAGE_BREAK);
}

/** Cuts page texts so that together they have at most `limit` characters. */
function withinLimit(pages: readonly PdfPage[], limit: number): PdfPage[] {
  let left = limit;
  return pages.map((page) => {
    const text = cut(page.text, left);
    left -= countCharacters(text);
    return { ...page, text };
  });
}

function numbers(pages: readonly PdfPage[]): number[] {
  return pages.map(({ number }) => number);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
