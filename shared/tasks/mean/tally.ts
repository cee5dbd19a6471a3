import { inUnits } from "./decimal.ts";
import { timesTen } from "./integer.ts";
import { merge, NOTHING, type Sum, sumOf } from "./sum.ts";
import type { CellValue } from "./values.ts";

/** Adds up the numbers of one file, whose scale is known only at its end. */
export class SumTally {
  /** Number of cells, with and without a value. */
  length = 0;
  /** Most digits after the decimal point so far; the sum counts in units of 10^-scale. */
  scale = 0;
  sum: Sum = NOTHING;

  add(cell: CellValue): void {
    this.length += 1;
    if (cell === null) return;
    if (cell.decimals > this.scale) this.#refine(cell.decimals);
    this.sum = merge(this.sum, sumOf(inUnits(cell, this.scale)));
  }

  #refine(scale: number): void {
    const power = scale - this.scale;
    const { count, sum, squares, min, max } = this.sum;
    this.sum = {
      count,
      sum: timesTen(sum, power),
      squares: timesTen(squares, 2 * power),
      min: timesTen(min, power),
      max: timesTen(max, power),
    };
    this.scale = scale;
  }
}
