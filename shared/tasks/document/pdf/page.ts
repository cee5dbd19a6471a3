import type { JsonObject } from "../../task.ts";
import { countCharacters, countWords } from "../words.ts";
import { type Annotation, type FormField, readAnnotations } from "./annotations.ts";
import type { TextChunk } from "./engine/reader.ts";
import { type Order, pageText } from "./layout/page.ts";
import type { PdfDocument, PdfJsPage } from "./library.ts";
import { joinLines } from "./lines.ts";

/** One page of the result. */
export interface PdfPage {
  /** Number of the page, from 1. */
  readonly number: number;
  readonly text: string;
  /** Words of the whole page, even if its text is cut. */
  readonly word_count: number;
  readonly character_count: number;
  /** Whether the page has text; a page without is a picture, a drawing, or blank. */
  readonly has_text_layer: boolean;
  /** Mean confidence of the words that OCR read on this page, 0..100; only where OCR was asked for. */
  readonly ocr_confidence?: number | null;
  /** The language that OCR found on this page; only where it looked for it. */
  readonly ocr_language?: JsonObject;
  /** In points (1/72 inch), as shown: after the page's rotation. */
  readonly width: number;
  readonly height: number;
  /** Clockwise degrees by which the page is turned to be shown: 0, 90, 180, 270. */
  readonly rotation: number;
  readonly form_fields: readonly FormField[];
  readonly annotations: readonly Annotation[];
  readonly links: readonly string[];
  /** Why the page could not be read completely. */
  readonly error?: string;
}

/** Reads one page; a damaged page has an `error` and does not affect the others. */
export async function readPage(pdf: PdfDocument, number: number, order: Order): Promise<PdfPage> {
  try {
    const page = await pdf.getPage(number);
    try {
      return await readOpenPage(page, order);
    } finally {
      page.cleanup();
    }
  } catch {
    return { ...BLANK, number, error: DAMAGED };
  }
}

/** The `error` of a page that could not be read at all. */
export const DAMAGED = "This page is damaged and could not be read.";

/** Most characters that are read of one page: 1,000 times a full printed page. */
const LONGEST_PAGE = 5_000_000;

const TOO_LONG = `This page has more than ${LONGEST_PAGE} characters: only these were read.`;

const BLANK = {
  text: "",
  word_count: 0,
  character_count: 0,
  has_text_layer: false,
  width: 0,
  height: 0,
  rotation: 0,
  form_fields: [],
  annotations: [],
  links: [],
};

async function readOpenPage(page: PdfJsPage, order: Order): Promise<PdfPage> {
  const { width, height } = page.getViewport({ scale: 1 });
  const { text: layer, unread } = await readTextLayer(page, order);
  const { shown, ...annotations } = await readAnnotations(page);
  const text = [layer, ...shown].filter((part) => part !== "").join("\n");
  return {
    number: page.pageNumber,
    text,
    word_count: countWords(text),
    character_count: countCharacters(text),
    has_text_layer: layer !== "",
    width: rounded(width),
    height: rounded(height),
    rotation: page.rotate,
    ...annotations,
    ...(unread === undefined ? {} : { error: unread }),
  };
}

interface TextLayer {
  readonly text: string;
  /** Why the page has more text than this. */
  readonly unread?: string | undefined;
}

/** Reads the text up to a limit, so that a malicious page costs no more than a very long real one. */
async function readTextLayer(page: PdfJsPage, order: Order): Promise<TextLayer> {
  const reader = page.streamTextContent().getReader();
  let text = "";
  let unread: string | undefined;
  while (text.length <= LONGEST_PAGE) {
    const { done, value } = await reader.read();
    if (done || value === undefined) return { text: joinLines(text), unread };
    const { items, styles } = value as TextChunk;
    for (const glyphs of items) text += pageText(glyphs, order);
    unread ??= styles.unread;
  }
  await reader.cancel(new Error("enough text"));
  return { text: joinLines(text), unread: TOO_LONG };
}

function rounded(points: number): number {
  return Math.round(points * 100) / 100;
}
