import { expect, test } from "vitest";
import { bayesShares, fitBayes } from "./bayes.ts";
import { binsOf } from "./binning.ts";
import type { Feature } from "./features.ts";
import { growTrees } from "./forest/grow.ts";
import { joinTrees } from "./forest/trees.ts";
import { Voters } from "./forest/vote.ts";
import { leastSquares } from "./linear.ts";
import { fitLogistic, probabilitiesOf, scoresOf } from "./logistic.ts";
import { classMetrics, numberMetrics } from "./metrics.ts";
import { randomOf, shuffled } from "./random.ts";
import { HELD_OUT, rowSets, splitRows } from "./split.ts";
import { numberOf } from "./values.ts";

const number = (name: string): Feature => ({ name, kind: "number" });

test.each([
  ["1", 1],
  ["-2.5e3", -2500],
  [".5", 0.5],
  ["+7.", 7],
  ["", Number.NaN],
  ["N/A", Number.NaN],
  ["1e999", undefined],
  ["0x10", undefined],
  ["1,5", undefined],
  ["Infinity", undefined],
])("the cell %j is %j", (cell, value) => {
  expect(numberOf(cell)).toEqual(value);
});

test("few values have a bin each, many share bins with about as many rows each, missing ones have bin 0", () => {
  const few = binsOf(number("a"), Float64Array.of(3, 1, Number.NaN, 3, 2));
  expect([...few.of]).toEqual([3, 1, 0, 3, 2]);
  expect([...few.largest]).toEqual([Number.NEGATIVE_INFINITY, 1, 2, 3]);
  const values = Float64Array.from(shuffled(5100, randomOf(1)));
  const { of } = binsOf(number("b"), values);
  const counts = new Array<number>(256).fill(0);
  for (const bin of of) counts[bin] = (counts[bin] ?? 0) + 1;
  expect(counts.slice(1)).toEqual(new Array(255).fill(20));
  values.forEach((value, row) => {
    expect(of[row]).toBe(1 + Math.floor(value / 20));
  });
});

/** y is 1 where x > 5 or the colour is code 2, for rows without noise. */
function lawfulTable(rows: number) {
  const random = randomOf(3);
  const x = Float64Array.from({ length: rows }, () => Math.round(random() * 100) / 10);
  const colour = Float64Array.from({ length: rows }, () => 1 + Math.floor(random() * 3));
  const features: Feature[] = [number("x"), { name: "c", kind: "category", categories: ["a", "b", "c"] }];
  const columns = [x, colour];
  const channel = Uint8Array.from(x, (value, row) => (value > 5 || colour[row] === 2 ? 1 : 0));
  const outcomes = { channels: 2, channel, amount: new Float64Array(rows).fill(1) };
  const bins = features.map((feature, at) => binsOf(feature, columns[at] ?? x));
  return { features, columns, bins, outcomes, rows: Int32Array.from({ length: rows }, (_, row) => row) };
}

const OPTIONS = { depth: null, leaf: 1, seed: 11 };
const SHAPE = { channels: 2, hasSets: [false, true] };

test("a forest finds a law of a number and a category", () => {
  const table = lawfulTable(400);
  const { trees } = growTrees(table, OPTIONS, { from: 0, to: 20, onTree: () => undefined });
  const sums = new Float64Array(800);
  new Voters(trees, SHAPE).addVotes({ columns: table.columns, rows: table.rows, sums });
  const wrong = [...table.rows].filter(
    (row) => (sums[row * 2 + 1] ?? 0) > 10 !== (table.outcomes.channel[row] === 1),
  );
  expect(wrong).toEqual([]);
});

test("trees that are grown in pieces and joined are those that are grown in one go", () => {
  const table = lawfulTable(200);
  const grow = (from: number, to: number) =>
    growTrees(table, OPTIONS, { from, to, onTree: () => undefined }).trees;
  const whole = grow(0, 9);
  expect(joinTrees([grow(0, 2), grow(2, 3), grow(3, 9)], SHAPE)).toEqual(whole);
});

test("a tree obeys its depth and the least size of a leaf", () => {
  const table = lawfulTable(300);
  const grow = (options: object) =>
    growTrees(table, { ...OPTIONS, ...options }, { from: 0, to: 1, onTree: () => undefined }).trees;
  expect(grow({ depth: 1 }).feature).toHaveLength(3);
  expect(grow({ leaf: 151 }).feature).toHaveLength(1);
});

test("missing numbers go with the rows that they are like", () => {
  const x = Float64Array.from({ length: 60 }, (_, row) => (row % 3 === 0 ? Number.NaN : (row % 3) * 10));
  const channel = Uint8Array.from(x, (value) => (value === 10 ? 0 : 1));
  const outcomes = { channels: 2, channel, amount: new Float64Array(60).fill(1) };
  const rows = Int32Array.from({ length: 60 }, (_, row) => row);
  const features = [number("x")];
  const { trees } = growTrees({ features, bins: [binsOf(number("x"), x)], outcomes, rows }, OPTIONS, {
    from: 0,
    to: 5,
    onTree: () => undefined,
  });
  const sums = new Float64Array(6);
  const columns = [Float64Array.of(Number.NaN, 10, 20)];
  const voters = new Voters(trees, { channels: 2, hasSets: [false] });
  voters.addVotes({ columns, rows: Int32Array.of(0, 1, 2), sums });
  expect([...sums]).toEqual([0, 5, 5, 0, 0, 5]);
});

test("least squares gives the line through points, and ridge the closed form for one column", () => {
  const matrix = Float64Array.of(-1, -1, 0, 1, 1, 0);
  const exact = leastSquares({ matrix, width: 2, target: Float64Array.of(-5, 3, 2), alpha: 0 });
  expect(exact[0]).toBeCloseTo(2, 12);
  expect(exact[1]).toBeCloseTo(3, 12);
  const one = leastSquares({
    matrix: Float64Array.of(1, 2, 3),
    width: 1,
    target: Float64Array.of(2, 4, 7),
    alpha: 2,
  });
  expect(one[0]).toBeCloseTo(31 / 16, 14);
});

test("a column that depends on others changes no prediction", () => {
  const rows = [
    [1, 0, 1],
    [0, 1, 1],
    [2, 1, 3],
    [1, 3, 4],
  ];
  const target = Float64Array.of(1, 2, 4, 7);
  const weights = leastSquares({ matrix: Float64Array.from(rows.flat()), width: 3, target, alpha: 0 });
  const without = leastSquares({
    matrix: Float64Array.from(rows.flatMap((row) => row.slice(0, 2))),
    width: 2,
    target,
    alpha: 0,
  });
  rows.forEach(([a = 0, b = 0, c = 0]) => {
    const value = a * (weights[0] ?? 0) + b * (weights[1] ?? 0) + c * (weights[2] ?? 0);
    expect(value).toBeCloseTo(a * (without[0] ?? 0) + b * (without[1] ?? 0), 10);
  });
});

/** Longley's data of the NIST: six columns so alike that a careless method loses most digits. */
const LONGLEY = [
  [60323, 83.0, 234289, 2356, 1590, 107608, 1947],
  [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
  [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
  [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
  [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
  [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
  [64989, 99.0, 365385, 1870, 3547, 115094, 1953],
  [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
  [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
  [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
  [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
  [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
  [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
  [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
  [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
  [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
];
const CERTIFIED = [
  15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359, -0.0511041056535807,
  1829.15146461355,
];

test("least squares finds the certified coefficients of Longley's data to nine digits", () => {
  const mean = (column: number) => LONGLEY.reduce((sum, row) => sum + (row[column] ?? 0), 0) / LONGLEY.length;
  const means = LONGLEY[0]?.map((_, column) => mean(column)) ?? [];
  const scales = means.map((center, column) =>
    Math.sqrt(LONGLEY.reduce((sum, row) => sum + ((row[column] ?? 0) - center) ** 2, 0) / LONGLEY.length),
  );
  const matrix = LONGLEY.flatMap((row) =>
    row.slice(1).map((value, at) => (value - (means[at + 1] ?? 0)) / (scales[at + 1] ?? 1)),
  );
  const target = Float64Array.from(LONGLEY, ([y = 0]) => y - (means[0] ?? 0));
  const weights = leastSquares({ matrix: Float64Array.from(matrix), width: 6, target, alpha: 0 });
  CERTIFIED.forEach((certified, at) => {
    expect((weights[at] ?? 0) / (scales[at + 1] ?? 1) / certified).toBeCloseTo(1, 9);
  });
});

test("logistic regression ends where the slope of the penalised loss is 0", () => {
  const matrix = Float64Array.of(-2, -1, 0, 1, 2, 3);
  const target = Float64Array.of(0, 0, 1, 0, 1, 1);
  const [w = 0, b = 0] = fitLogistic({ matrix, width: 1, target, classes: 2, c: 1, onStep: () => undefined });
  let [slopeW, slopeB] = [w, 0];
  matrix.forEach((x, row) => {
    const error = 1 / (1 + Math.exp(-(w * x + b))) - (target[row] ?? 0);
    slopeW += error * x;
    slopeB += error;
  });
  expect(Math.abs(slopeW)).toBeLessThan(1e-6);
  expect(Math.abs(slopeB)).toBeLessThan(1e-6);
});

test("three classes share their probabilities, and the nearest one has most", () => {
  const matrix = Float64Array.of(-3, -2.5, 0, 0.2, 3, 2.8);
  const weights = fitLogistic({
    matrix,
    width: 1,
    target: Float64Array.of(0, 0, 1, 1, 2, 2),
    classes: 3,
    c: 10,
    onStep: () => undefined,
  });
  const scores = new Float64Array(3);
  const shares = new Float64Array(3);
  scoresOf(matrix, 4, { weights, scores });
  probabilitiesOf(scores, shares);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(shares[2]).toBeGreaterThan(0.8);
});

test("naive Bayes multiplies densities and shares as by hand", () => {
  const features: Feature[] = [number("x"), { name: "c", kind: "category", categories: ["a", "b"] }];
  const columns = [Float64Array.of(1, 3, 10, 12), Float64Array.of(1, 1, 2, 2)];
  const rows = Int32Array.of(0, 1, 2, 3);
  const numbers = fitBayes({ features, columns, target: Float64Array.of(0, 0, 1, 1), classes: 2, rows });
  const shares = new Float64Array(2);
  const asked = [Float64Array.of(6.5), Float64Array.of(2)];
  bayesShares({ features, columns: asked, numbers }, 0, shares);
  // Both classes are as far from 6.5 (4.5, variance 1), so the category decides: 1/5 against 3/5.
  expect(shares[0]).toBeCloseTo(0.25, 6);
  bayesShares({ features, columns: [Float64Array.of(Number.NaN), Float64Array.of(2)], numbers }, 0, shares);
  expect(shares[1]).toBeCloseTo(0.75, 12);
});

test("metrics of classes are those of the definitions", () => {
  const truth = Float64Array.of(0, 0, 1, 1);
  const output = Float64Array.of(0.9, 0.1, 0.4, 0.6, 0.65, 0.35, 0.2, 0.8);
  const found = classMetrics({ truth, output }, 2);
  expect(found).toMatchObject({
    accuracy: 0.5,
    macro_f1: 0.5,
    auc: 0.75,
    confusion: [
      [1, 1],
      [1, 1],
    ],
  });
  const loss = -(Math.log(0.9) + Math.log(0.4) + Math.log(0.35) + Math.log(0.8)) / 4;
  expect(found.log_loss).toBeCloseTo(loss, 12);
  expect(found.roc).toEqual([
    [0, 0],
    [0, 0.5],
    [0.5, 0.5],
    [0.5, 1],
    [1, 1],
  ]);
});

test("equal scores are no skill: the area under the curve is a half", () => {
  const output = new Float64Array(8).fill(0.5);
  expect(classMetrics({ truth: Float64Array.of(0, 1, 0, 1), output }, 2).auc).toBe(0.5);
});

test("metrics of numbers are those of the definitions", () => {
  const truth = Float64Array.of(1, 2, 3, 6);
  const found = numberMetrics({ truth, output: Float64Array.of(2, 2, 5, 4) });
  expect(found).toMatchObject({ rows: 4, rmse: 1.5, mae: 1.25 });
  expect(found.r2).toBeCloseTo(1 - 9 / 14, 12);
  expect(numberMetrics({ truth: Float64Array.of(2, 2), output: Float64Array.of(2, 3) }).r2).toBeNull();
});

test("a split holds out its share of each class, and folds share the rest evenly", () => {
  const classOf = Uint8Array.from({ length: 100 }, (_, row) => (row < 80 ? 0 : 1));
  const groups = splitRows(100, classOf, { share: 0.2, folds: 4, seed: 5 });
  const count = (group: number, one: number) =>
    [...groups].filter((found, row) => found === group && classOf[row] === one).length;
  expect([count(HELD_OUT, 0), count(HELD_OUT, 1)]).toEqual([16, 4]);
  for (const fold of [0, 1, 2, 3]) expect([count(fold, 0), count(fold, 1)]).toEqual([16, 4]);
  expect(splitRows(100, classOf, { share: 0.2, folds: 4, seed: 5 })).toEqual(groups);
  expect(splitRows(100, classOf, { share: 0.2, folds: 4, seed: 6 })).not.toEqual(groups);
});

test("no fit learns from the rows that measure it", () => {
  const groups = splitRows(50, undefined, { share: 0.3, folds: 5, seed: 1 });
  for (const fit of ["held_out", { fold: 0 }, { fold: 4 }] as const) {
    const { learn, measure } = rowSets(groups, fit);
    expect([...measure].filter((row) => learn.includes(row))).toEqual([]);
    expect(measure.length).toBeGreaterThan(0);
    expect([...learn].every((row) => groups[row] !== HELD_OUT)).toBe(true);
  }
  expect(rowSets(groups, "all").learn).toHaveLength(50);
});
