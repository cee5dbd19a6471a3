import type { Source } from "../../media/picture/source.ts";
import type { StepWarning } from "../../warnings.ts";
import type { JsonObject } from "../task.ts";
import type { Attempt } from "./attempts.ts";
import type { PageLanguage } from "./language/pageLanguage.ts";

/** A page that was read, with its original size in pixels. */
export interface ReadPage {
  readonly width: number;
  readonly height: number;
  readonly attempt: Attempt;
  /** The language that was found; undefined where the options name it. */
  readonly language?: PageLanguage | undefined;
}

type BoxFields = { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };

export type OcrWordFields = {
  readonly text: string;
  /** 0..100. */
  readonly confidence: number;
  readonly bbox: BoxFields;
  /** Index of its line on the page. */
  readonly line: number;
  /** Number of its page, from 1. */
  readonly page: number;
};

export type LineFields = {
  readonly text: string;
  readonly confidence: number;
  readonly bbox: BoxFields;
  /** Numbers of its block and paragraph: neighbours with the same number belong together. */
  readonly block: number;
  readonly paragraph: number;
};

export type PageFields = {
  /** From 1. */
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
  readonly average_confidence: number;
  readonly lines: readonly LineFields[];
  readonly preparation: PreparationFields | null;
  readonly language?: LanguageFields;
};

type CandidateFields = { readonly code: string; readonly confidence: number };
type LanguageFields = CandidateFields & { readonly certain: boolean; readonly next: CandidateFields | null };

export type PreparationFields = {
  readonly rotation: Attempt["rotation"];
  readonly skew: number;
  readonly scale: number;
  readonly thresholding: string;
  readonly levelled: boolean;
};

/** A page of a file that could not be read. */
export type FailedPage = PageFields & { readonly error: string };

/** Members of a result that its other fields follow from; also what a step hands on of the pages that it has read. */
export type OcrFields = {
  readonly image_size: readonly number[];
  readonly image_mode: string;
  readonly words: readonly OcrWordFields[];
  readonly pages: readonly (PageFields | FailedPage)[];
};

/** The fields of pages of an image. */
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

/** The fields of one page out of those of its image, under its number in the file. */
export function numbered({ pages, words, ...fields }: OcrFields, page: number): OcrFields {
  return {
    ...fields,
    pages: pages.map((one) => ({ ...one, page })),
    words: words.map((word) => ({ ...word, page })),
  };
}

/** The fields of a page that could not be read. */
export function failedPage(page: number, error: string): FailedPage {
  return { ...UNREAD, page, error };
}

const UNREAD: PageFields = {
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
    word_count: wordCount(text),
    character_count: [...text].length,
    average_confidence: meanConfidence(words),
    image_size,
    image_mode,
    words,
    pages: pages.map(({ lines, ...page }) => ({ ...page, lines: lines.map(shownLine) })),
  };
}

/** Number of pieces between white space. */
export function wordCount(text: string): number {
  return text.split(/\s+/).filter(Boolean).length;
}

function shownLine({ text, confidence, bbox }: LineFields): JsonObject {
  return { text, confidence, bbox };
}

/** One line for people. */
export function summaryOf({ pages }: Pick<OcrFields, "pages">): string {
  const text = pages.map((page) => page.text).join(" ");
  return text.trim() === "" ? "no text found" : text;
}

/** Of a file with such pages. */
export const UNSURE: StepWarning = {
  code: "language_unsure",
  message:
    "Pages do not show clearly which of the slave's languages they are in; they were read as eng. Name it in the option languages.",
};

/** Whether pages were read in the default language because they did not show theirs. */
export function areUnsure(pages: OcrFields["pages"]): boolean {
  return pages.some(({ language }) => language?.certain === false);
}

function pageFields({ width, height, attempt, language }: ReadPage, index: number): PageFields {
  const { text, words, lines, rotation, skew, scale, thresholding, levelled } = attempt;
  return {
    page: index + 1,
    width,
    height,
    text,
    average_confidence: meanConfidence(words),
    lines: lines.map(({ bbox, ...line }) => ({ ...line, bbox: { ...bbox } })),
    preparation: { rotation, skew, scale: Math.round(scale * 1000) / 1000, thresholding, levelled },
    ...(language && { language: { ...language, next: language.next && { ...language.next } } }),
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
