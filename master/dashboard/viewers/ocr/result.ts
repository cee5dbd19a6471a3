/** What the viewer reads of a result of the task ocr, version 1. */
export interface OcrResult {
  readonly extracted_text: string;
  readonly word_count: number;
  readonly average_confidence: number;
  readonly words: readonly OcrWordView[];
  readonly pages: readonly OcrPageView[];
}

export interface OcrWordView {
  readonly text: string;
  /** 0 to 100. */
  readonly confidence: number;
  readonly page: number;
  /** Index of its line on the page. */
  readonly line: number;
  readonly bbox: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
}

export interface OcrPageView {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
  readonly average_confidence: number;
  readonly preparation: Preparation | null;
  /** Only where it was looked for. */
  readonly language?: { readonly code: string; readonly confidence: number; readonly certain: boolean };
  readonly error?: string;
}

interface Preparation {
  readonly rotation: number;
  readonly skew: number;
  readonly scale: number;
  readonly thresholding: string;
  /** Absent in results of older slaves. */
  readonly levelled?: boolean;
}

/** Words below this confidence deserve a look at the picture. */
export const DOUBTFUL = 70;

export function isDoubtful({ confidence }: Pick<OcrWordView, "confidence">): boolean {
  return confidence < DOUBTFUL;
}

/** What a page was like before it could be read. */
export function languageOf({ language }: OcrPageView): string | undefined {
  if (language === undefined) return undefined;
  const { code, confidence, certain } = language;
  return certain ? `${code} (confidence ${confidence.toFixed(1)})` : `not clear, read as ${code}`;
}

export function preparationOf({ preparation }: OcrPageView): string | undefined {
  if (preparation === null) return undefined;
  const { rotation, skew, scale, thresholding, levelled = false } = preparation;
  const done = [
    rotation === 0 ? undefined : `turned by ${rotation}°`,
    skew === 0 ? undefined : `straightened by ${skew}°`,
    scale === 1 ? undefined : `enlarged ${scale} times`,
    thresholding === "otsu" ? undefined : `local thresholds (${thresholding})`,
    levelled ? "coloured grounds and ruled lines taken out" : undefined,
  ].filter((step) => step !== undefined);
  return done.length === 0 ? "read as it is" : done.join(", ");
}
