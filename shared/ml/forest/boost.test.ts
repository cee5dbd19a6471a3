import { expect, test } from "vitest";
import { binsOf } from "../binning.ts";
import type { Feature } from "../features.ts";
import { learn } from "../fitting.ts";
import { predictorOf } from "../predicting.ts";
import { randomOf } from "../random.ts";

const FEATURES: readonly Feature[] = [
  { name: "x", kind: "number" },
  { name: "c", kind: "category", categories: ["a", "b", "c"] },
];

/** Rows of a number from 0 to 10, missing in every 20th row, and a category of three. */
function tableOf(rows: number, law: (x: number, code: number) => number, classes: number) {
  const random = randomOf(5);
  const x = Float64Array.from({ length: rows }, (_, row) => (row % 20 === 0 ? Number.NaN : random() * 10));
  const code = Float64Array.from({ length: rows }, () => 1 + Math.floor(random() * 3));
  const columns = [x, code];
  const target = x.map((value, row) => law(value, code[row] ?? 0));
  const bins = FEATURES.map((feature, at) => binsOf(feature, columns[at] ?? x));
  return { features: FEATURES, columns, target, classes, bins };
}

type Table = ReturnType<typeof tableOf>;

function learned(table: Table, parameters: object = {}) {
  const rows = Int32Array.from(table.target, (_, row) => row);
  const lesson = { kind: "gradient-boosted-trees", seed: 3, rows, trees: { from: 0, to: 0 } } as const;
  return learn(table, { ...lesson, parameters, onProgress: () => undefined });
}

function outputOf(table: Table, parameters: object = {}): Float64Array {
  const rows = Int32Array.from(table.target, (_, row) => row);
  return predictorOf(table, learned(table, parameters))(table.columns, rows);
}

test("numbers are learned: what is left shrinks with the rounds", () => {
  const table = tableOf(600, (x, code) => (Number.isNaN(x) ? 20 : x * x) + 10 * code, 0);
  const errorAfter = (trees: number) => {
    const output = outputOf(table, { trees });
    return output.reduce((sum, value, row) => sum + (value - (table.target[row] ?? 0)) ** 2, 0) / 600;
  };
  const [one, ten, hundred] = [1, 10, 100].map(errorAfter);
  expect(ten).toBeLessThan((one ?? 0) / 3);
  expect(hundred).toBeLessThan((ten ?? 0) / 10);
});

test.each([
  [2, (x: number, code: number) => Number(x > 5 !== (code === 2))],
  [3, (x: number, code: number) => (Number.isNaN(x) ? 2 : x > 4 ? code - 1 : 0)],
])("%i classes that hang on two features together are learned, with probabilities", (classes, law) => {
  const table = tableOf(600, law, classes);
  const output = outputOf(table, { trees: 60, leaf: 5 });
  let right = 0;
  for (let row = 0; row < 600; row += 1) {
    const shares = output.subarray(row * classes, (row + 1) * classes);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    if (shares.indexOf(Math.max(...shares)) === table.target[row]) right += 1;
  }
  expect(right).toBeGreaterThanOrEqual(595);
});

test("the same table, seed and parameters give the same trees; importance is that of the features that matter", () => {
  const table = tableOf(300, (x) => (x > 3 ? 1 : 0), 2);
  const [first, second] = [learned(table), learned(table)];
  expect(second).toEqual(first);
  if (first.kind !== "boosted") throw new Error("no boosted trees");
  expect(first.importance[0]).toBeGreaterThan(100 * (first.importance[1] ?? 0));
});

test("a class that none of the rows has gets a probability all the same", () => {
  const table = tableOf(100, (x) => (x > 5 ? 1 : 0), 3);
  const output = outputOf(table, { trees: 5 });
  expect(output[2]).toBeGreaterThan(0);
  expect(output[2]).toBeLessThan(0.05);
});
