import fc from "fast-check";
import { expect, test } from "vitest";
import { packMatrix, unpackMatrix } from "./matrix.ts";
import { findNeighbours } from "./neighbours.ts";

const rows = fc.array(
  fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0.1, 0.3, 0.7, 1, 2.5)), {
    selector: ([column]) => column,
    maxLength: 8,
  }),
  { minLength: 1, maxLength: 30 },
);

test("neighbours are to the last bit those of comparing each document with each", () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 40 }), (entries, limit) => {
      const sorted = entries.map((row) => [...row].sort(([a], [b]) => a - b));
      const names = sorted.map((_, row): [number, string] => [3 * row, `${row}.txt`]);
      const vectors = sorted.map((row) => ({
        indices: row.map(([column]) => column),
        values: row.map(([, value]) => value),
      }));
      const nearest = findNeighbours(unpackMatrix(packMatrix(names, vectors)));
      sorted.forEach((_, row) => {
        expect(nearest(row, limit)).toEqual(comparedWithEach(sorted, row).slice(0, limit));
      });
    }),
  );
});

type Row = readonly (readonly [column: number, value: number])[];

function comparedWithEach(all: readonly Row[], row: number) {
  const own = all[row] ?? [];
  return all
    .map((other, place) => ({
      index: 3 * place,
      filename: `${place}.txt`,
      similarity: Math.min(1, product(own, other) / (length(own) * length(other))),
    }))
    .filter(({ similarity }, place) => similarity > 0 && place !== row)
    .sort((a, b) => b.similarity - a.similarity || a.index - b.index);
}

function product(a: Row, b: Row): number {
  const other = new Map(b);
  return a.reduce((sum, [column, value]) => sum + value * (other.get(column) ?? 0), 0);
}

function length(row: Row): number {
  return Math.sqrt(row.reduce((sum, [, value]) => sum + value * value, 0));
}
