import type { Box } from "./box.ts";
import type { Picture } from "./picture.ts";
import type { Bbox, Line, Page } from "./reader.ts";

export interface OcrWord {
  readonly text: string;
  /** Confidence, 0..100. */
  readonly confidence: number;
  readonly bbox: Box;
  /** Index of the word's line in the page's lines. */
  readonly line: number;
}

export interface TextLine {
  readonly text: string;
  readonly confidence: number;
  readonly bbox: Box;
  /** Numbers of its block and paragraph on the page: neighbours with the same number belong together. */
  readonly block: number;
  readonly paragraph: number;
}

/** Text of a page as tesseract read it. */
export interface OcrPage {
  readonly text: string;
  readonly words: readonly OcrWord[];
  readonly lines: readonly TextLine[];
  /** Median height of the rows of text during recognition, in pixels; 0 without text. */
  readonly rowHeight: number;
  /** Mean confidence over letters and digits, 0..100; 0 without any. */
  readonly confidence: number;
  /** Sum over letters and digits of the confidence above 50: an estimate of the number of right characters. */
  readonly score: number;
}

/** Converts tesseract's answer to the coordinates of the page. */
export function textOf(page: Page, { toPage, gray }: Picture): OcrPage {
  const paragraphs = (page.blocks ?? []).flatMap((one, block) =>
    one.paragraphs.map(({ lines }) => ({ block, lines })),
  );
  const found = paragraphs.flatMap(({ lines }) => lines);
  const places = paragraphs.flatMap(({ block, lines }, paragraph) => lines.map(() => ({ block, paragraph })));
  const box = (bbox: Bbox) => boxOnPage(bbox, toPage);
  const words = found.flatMap((line, index) =>
    line.words.map(({ text, confidence, bbox }) => ({
      text,
      confidence: round(confidence),
      bbox: box(bbox),
      line: index,
    })),
  );
  const lines = found.map(({ text, confidence, bbox }, index) => ({
    text: text.trimEnd(),
    confidence: round(confidence),
    bbox: box(bbox),
    ...(places[index] ?? { block: 0, paragraph: 0 }),
  }));
  return { text: page.text, words, lines, rowHeight: rowHeightOf(found, gray.height), ...sureness(words) };
}

export function sureness(
  words: readonly Pick<OcrWord, "text" | "confidence">[],
): Pick<OcrPage, "confidence" | "score"> {
  let [characters, sum, score] = [0, 0, 0];
  for (const { text, confidence } of words) {
    const count = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    characters += count;
    sum += count * confidence;
    score += count * Math.max(0, confidence - 50);
  }
  return { confidence: characters === 0 ? 0 : sum / characters, score };
}

function rowHeightOf(lines: readonly Line[], most: number): number {
  const heights = lines
    .filter(({ confidence }) => confidence > 40)
    .map(({ rowAttributes }) => rowAttributes.rowHeight)
    .filter((height) => height > 0 && height <= most)
    .sort((a, b) => a - b);
  return heights[heights.length >> 1] ?? 0;
}

/** The upright box around a box that may be rotated. */
function boxOnPage({ x0, y0, x1, y1 }: Bbox, toPage: Picture["toPage"]): Box {
  const corners = [toPage(x0, y0), toPage(x1, y0), toPage(x0, y1), toPage(x1, y1)];
  const xs = corners.map(([x]) => Math.round(x));
  const ys = corners.map(([, y]) => Math.round(y));
  return {
    x0: Math.max(0, Math.min(...xs)),
    y0: Math.max(0, Math.min(...ys)),
    x1: Math.max(0, ...xs),
    y1: Math.max(0, ...ys),
  };
}

function round(confidence: number): number {
  return Math.round(confidence * 100) / 100;
}
