import type { Source } from "../../media/picture/source.ts";
import type { Json, JsonObject } from "../task.ts";
import type { Attempt } from "./attempts.ts";

/** A page that was read, with its original size in pixels. */
export interface ReadPage {
  readonly width: number;
  readonly height: number;
  readonly attempt: Attempt;
}

/** Members of a result that its other fields follow from. */
export interface OcrFields {
  readonly image_size: Json;
  readonly image_mode: Json;
  readonly words: readonly (JsonObject & { readonly confidence: number })[];
  readonly pages: readonly (JsonObject & { readonly text: string })[];
}

/** The fields of an image of one or more pages. */
export function imageFields(source: Source, pages: readonly ReadPage[]): OcrFields {
  const [first] = pages;
  return {
    image_size: [first?.width ?? 0, first?.height ?? 0],
    image_mode: modeOf(source),
    words: pages.flatMap(({ attempt }, index) =>
      attempt.words.map(({ bbox, ...word }) => ({ ...word, page: index + 1, bbox: { ...bbox } })),
    ),
    pages: pages.map(pageFields),
  };
}

export interface PdfPages {
  /** Results of the pages that were read, with their numbers. */
  readonly read: readonly { readonly page: number; readonly fields: OcrFields }[];
  readonly failed: readonly { readonly page: number; readonly error: string }[];
}

/** The fields of a PDF from those of its pages, each of which was read as an image. */
export function pdfFields({ read, failed }: PdfPages): OcrFields {
  const [first] = read;
  const pages = [
    ...read.flatMap(({ page, fields }) => fields.pages.map((one) => ({ ...one, page }))),
    ...failed.map(({ page, error }) => ({ ...UNREAD, page, error })),
  ];
  return {
    image_size: first?.fields.image_size ?? [0, 0],
    image_mode: first?.fields.image_mode ?? "",
    words: read.flatMap(({ page, fields }) => fields.words.map((word) => ({ ...word, page }))),
    pages: pages.sort((a, b) => a.page - b.page),
  };
}

const UNREAD = {
  page: 0,
  width: 0,
  height: 0,
  text: "",
  average_confidence: 0,
  lines: [],
  preparation: null,
};

/** All fields of a result. */
export function allFields({ image_size, image_mode, words, pages }: OcrFields): JsonObject {
  const text = pages.map((page) => page.text).join("\f");
  return {
    extracted_text: text,
    word_count: text.split(/\s+/).filter(Boolean).length,
    character_count: [...text].length,
    average_confidence: meanConfidence(words),
    image_size,
    image_mode,
    words,
    pages,
  };
}

/** One line for people. */
export function summaryOf({ pages }: Pick<OcrFields, "pages">): string {
  const text = pages.map((page) => page.text).join(" ");
  return text.trim() === "" ? "no text found" : text;
}

function pageFields({ width, height, attempt }: ReadPage, index: number) {
  const { text, words, lines, rotation, skew, scale, thresholding, levelled } = attempt;
  return {
    page: index + 1,
    width,
    height,
    text,
    average_confidence: meanConfidence(words),
    lines: lines.map((line) => ({ text: line.text, confidence: line.confidence, bbox: { ...line.bbox } })),
    preparation: { rotation, skew, scale: Math.round(scale * 1000) / 1000, thresholding, levelled },
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
