import type { Matrix } from "./matrix.ts";

/** A matrix by columns: the rows of column c are `rows` from `starts[c]` up to `starts[c + 1]`, ascending. */
export interface Postings {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
  readonly values: Float64Array;
}

/** Makes a second copy of the matrix: 12 bytes for each value. */
export function postingsOf({ columns, values, ends }: Matrix): Postings {
  const starts = startsOf(columns);
  const next = starts.slice();
  const turned = { starts, rows: new Uint32Array(columns.length), values: new Float64Array(columns.length) };
  let at = 0;
  ends.forEach((end, row) => {
    for (; at < end; at += 1) {
      const column = columns[at] ?? 0;
      const position = next[column] ?? 0;
      next[column] = position + 1;
      turned.rows[position] = row;
      turned.values[position] = values[at] ?? 0;
    }
  });
  return turned;
}

function startsOf(columns: Uint32Array): Uint32Array {
  const width = columns.reduce((most, column) => Math.max(most, column + 1), 0);
  const starts = new Uint32Array(width + 1);
  for (const column of columns) starts[column + 1] = (starts[column + 1] ?? 0) + 1;
  for (let column = 0; column < width; column += 1) {
    starts[column + 1] = (starts[column + 1] ?? 0) + (starts[column] ?? 0);
  }
  return starts;
}
