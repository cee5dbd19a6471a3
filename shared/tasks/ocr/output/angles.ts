import type { Box } from "../box.ts";
import type { OcrWordFields } from "../report.ts";

/** Degrees counter-clockwise by which the text of a line runs. */
export type LineAngle = 0 | 90 | 180 | 270;

type Words = readonly OcrWordFields[];

/** A word of one line is that much higher than wide where its text runs upwards or downwards. */
const TALL = 1.3;
const LETTERS = 3;

/**
 * The angle of each line. Tesseract reads lines that run upwards or downwards without saying so: the places of their words
 * tell. A line of one word runs as the others do.
 * @param rotation degrees clockwise by which the page was turned before it was read
 */
export function lineAngles(lines: readonly Words[], rotation: LineAngle): LineAngle[] {
  const told = lines.map((words) => toldAngle(words, rotation));
  const [up, down] = [90, 270].map((angle) => told.filter((one) => one === angle).length);
  const upright = rotation === 90 || rotation === 270 ? rotation : (down ?? 0) > (up ?? 0) ? 270 : 90;
  return lines.map((words, at) => told[at] ?? (words.some(isTall) ? upright : level(rotation)));
}

function toldAngle(words: Words, rotation: LineAngle): LineAngle | undefined {
  const [first, last] = [words.at(0), words.at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  const [across, down] = [
    middle(last.bbox).x - middle(first.bbox).x,
    middle(last.bbox).y - middle(first.bbox).y,
  ];
  if (Math.abs(across) >= Math.abs(down)) return level(rotation);
  return down < 0 ? 90 : 270;
}

/** The angle of a line that runs across the page; a script from right to left is no turn. */
function level(rotation: LineAngle): LineAngle {
  return rotation === 180 ? 180 : 0;
}

function isTall({ text, bbox: { x0, y0, x1, y1 } }: OcrWordFields): boolean {
  return [...text].length >= LETTERS && y1 - y0 > TALL * (x1 - x0);
}

function middle({ x0, y0, x1, y1 }: Box) {
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
}
