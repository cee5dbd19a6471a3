import type { Gray } from "../../../media/picture/luma.ts";
import { scaleOf } from "../attempts.ts";
import type { Box } from "../box.ts";
import { cropped, type Picture, scaled } from "../picture.ts";
import type { Bbox, Line, Page } from "../reader.ts";

/** Lines of a page that show its language. */
const MOST_LINES = 6;
/** Room around each line, in pixels. */
const MARGIN = 8;
/** Lines that are higher than this many of the usual ones are pictures. */
const TOO_HIGH = 3;
const PAPER = 255;

/**
 * The longest lines of a page one below the other, enlarged if they are low. Undefined where none was found.
 * @param read the page as any language reads it: where lines are does not depend on it
 */
export async function sampleOf(picture: Picture, read: Page): Promise<Gray | undefined> {
  const lines = (read.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap((one) => one.lines));
  const height = medianOf(lines.map(({ bbox }) => bbox.y1 - bbox.y0));
  const boxes = lines
    .filter(({ bbox }) => bbox.y1 - bbox.y0 <= TOO_HIGH * height)
    .map(({ bbox }) => withMargin(bbox, picture.gray))
    .toSorted((a, b) => widthOf(b) - widthOf(a))
    .slice(0, MOST_LINES)
    .toSorted((a, b) => a.y0 - b.y0);
  if (boxes.length === 0) return undefined;
  const cuts: Gray[] = [];
  for (const box of boxes) cuts.push((await cropped(picture, box)).gray);
  const sample: Picture = { gray: stacked(cuts), toPage: (x, y) => [x, y] };
  return (await scaled(sample, scaleOf(medianOf(lines.map(rowHeightOf))))).gray;
}

function rowHeightOf({ rowAttributes }: Line): number {
  return rowAttributes.rowHeight;
}

function withMargin({ x0, y0, x1, y1 }: Bbox, { width, height }: Gray): Box {
  return {
    x0: Math.max(0, x0 - MARGIN),
    y0: Math.max(0, y0 - MARGIN),
    x1: Math.min(width, x1 + MARGIN),
    y1: Math.min(height, y1 + MARGIN),
  };
}

function widthOf({ x0, x1 }: Box): number {
  return x1 - x0;
}

function stacked(cuts: readonly Gray[]): Gray {
  const width = Math.max(...cuts.map((cut) => cut.width));
  const height = cuts.reduce((sum, cut) => sum + cut.height, 0);
  const data = new Uint8Array(width * height).fill(PAPER);
  let top = 0;
  for (const cut of cuts) {
    for (let row = 0; row < cut.height; row += 1)
      data.set(cut.data.subarray(row * cut.width, (row + 1) * cut.width), (top + row) * width);
    top += cut.height;
  }
  const [first] = cuts;
  if (first === undefined) throw new Error("a sample has lines");
  return { ...first, width, height, data };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
