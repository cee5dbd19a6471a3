import type { OcrWordView } from "./result.ts";

/** How the words of a line are written where there is no picture: on one level, in one size. */
export interface LineLayout {
  readonly y0: number;
  readonly y1: number;
  /** Size of the letters, in pixels of the page. */
  readonly size: number;
}

/** Mean width of a letter of the page's typeface, in parts of its size. */
const LETTER_WIDTH = 0.5;
/** Letters are not larger than this part of the line's height. */
const MOST_HEIGHT = 0.92;

/** Layout of each line by its number. Letters are as large as the middle one of its words needs. */
export function lineLayouts(words: readonly OcrWordView[]): ReadonlyMap<number, LineLayout> {
  const lines = Map.groupBy(words, ({ line }) => line);
  return new Map([...lines].map(([line, own]) => [line, layoutOf(own)]));
}

function layoutOf(words: readonly OcrWordView[]): LineLayout {
  const y0 = Math.min(...words.map(({ bbox }) => bbox.y0));
  const y1 = Math.max(...words.map(({ bbox }) => bbox.y1));
  const sizes = words.map(sizeOf).sort((a, b) => a - b);
  const middle = sizes[sizes.length >> 1] ?? 0;
  return { y0, y1, size: Math.min(middle, MOST_HEIGHT * (y1 - y0)) };
}

/** The size at which a word is as wide as its box. */
function sizeOf({ text, bbox: { x0, x1 } }: OcrWordView): number {
  return (x1 - x0) / (Math.max(1, [...text].length) * LETTER_WIDTH);
}
