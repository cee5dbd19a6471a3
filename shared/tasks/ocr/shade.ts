import type { Gray } from "../../media/picture/luma.ts";
import { shrunk } from "./skew.ts";

/** Side of a square on a page whose longer side is 1,000 pixels: two or three lines of text. */
const CELL = 50;
/** Percentile of brightness in a square that belongs to paper. */
const PAPER = 0.75;
/** Share of the brightness of light parts below which dark parts of a page are in the shade. */
const SHADED = 0.7;

/**
 * Whether the paper of a page is much darker in some places than in others: a shadow, a fold, a page that
 * bends away. A global threshold then classifies the dark places as ink and loses their text.
 */
export async function isShaded(gray: Gray): Promise<boolean> {
  const cells = cellsOf(await shrunk(gray)).sort((a, b) => a - b);
  const dark = cells[Math.floor(cells.length * 0.1)] ?? 0;
  const middle = cells[Math.floor(cells.length * 0.5)] ?? 0;
  const light = cells[Math.floor(cells.length * 0.9)] ?? 0;
  // A page of light text on a dark background is mostly dark without any shade.
  return dark < light * SHADED && middle * 3 > light;
}

/** Brightness of the paper in each square, 0..255. */
function cellsOf({ width, height, data }: Gray): number[] {
  const cells: number[] = [];
  for (let top = 0; top + CELL <= height; top += CELL) {
    for (let left = 0; left + CELL <= width; left += CELL) {
      const square = new Uint8Array(CELL * CELL);
      for (let y = 0; y < CELL; y++)
        square.set(data.subarray((top + y) * width + left, (top + y) * width + left + CELL), y * CELL);
      cells.push(square.sort()[Math.floor(square.length * PAPER)] ?? 0);
    }
  }
  return cells;
}
