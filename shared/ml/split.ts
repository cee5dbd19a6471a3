import { randomOf, shuffled } from "./random.ts";

/** The group of the rows that are held out to measure the model. */
export const HELD_OUT = 255;

export interface SplitWish {
  /** Share of the rows that is held out, 0 to below 1. */
  readonly share: number;
  /** Number of folds of the other rows; 0 for none. */
  readonly folds: number;
  readonly seed: number;
}

/**
 * The group of each row: `HELD_OUT`, or the number of its fold. Each class has the same share in all groups, as far as that
 * is possible (stratified).
 * @param classOf class of each row; undefined for numbers
 */
export function splitRows(rows: number, classOf: Uint8Array | undefined, wish: SplitWish): Uint8Array {
  const groups = new Uint8Array(rows);
  const order = shuffled(rows, randomOf(wish.seed, 0x5eed));
  // The sort keeps the random order within a class.
  if (classOf !== undefined) order.sort((a, b) => (classOf[a] ?? 0) - (classOf[b] ?? 0));
  let due = 0;
  let held = 0;
  let turn = 0;
  for (const row of order) {
    due += wish.share;
    if (Math.round(due) > held) {
      held += 1;
      groups[row] = HELD_OUT;
    } else if (wish.folds > 0) {
      groups[row] = turn % wish.folds;
      turn += 1;
    }
  }
  return groups;
}

/** A fit of a model: the rows that it learns from, and the rows that it is measured by. */
export type FitRows = "all" | "held_out" | { readonly fold: number };

export interface RowSets {
  readonly learn: Int32Array;
  readonly measure: Int32Array;
}

export function rowSets(groups: Uint8Array, fit: FitRows): RowSets {
  if (fit === "all") return { learn: rowsWhere(groups, () => true), measure: new Int32Array(0) };
  const measured = fit === "held_out" ? HELD_OUT : fit.fold;
  return {
    learn: rowsWhere(groups, (group) => group !== measured && group !== HELD_OUT),
    measure: rowsWhere(groups, (group) => group === measured),
  };
}

function rowsWhere(groups: Uint8Array, isIn: (group: number) => boolean): Int32Array {
  const rows = new Int32Array(groups.length);
  let count = 0;
  groups.forEach((group, row) => {
    if (!isIn(group)) return;
    rows[count] = row;
    count += 1;
  });
  return rows.slice(0, count);
}
