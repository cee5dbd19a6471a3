/** What a model predicted for rows whose target is known. */
export interface Predicted {
  /** True class of each row, or true number. */
  readonly truth: Float64Array;
  /** `channels` probabilities of each row, or one number. */
  readonly output: Float64Array;
}

export interface ClassMetrics {
  readonly rows: number;
  readonly accuracy: number;
  /** Mean over the classes of the harmonic mean of precision and recall. */
  readonly macro_f1: number;
  /** Mean of -ln of the probability of the true class; probabilities are kept above 1e-15. */
  readonly log_loss: number;
  /** Area under the ROC curve; for several classes the mean of each against the others. Null where a class is missing. */
  readonly auc: number | null;
  /** Rows by true class (lines) and predicted class (columns), in the order of the labels. */
  readonly confusion: readonly (readonly number[])[];
  /** Points of the ROC curve, two classes only: share of false alarms, share of hits. */
  readonly roc: readonly (readonly number[])[] | null;
}

export interface NumberMetrics {
  readonly rows: number;
  readonly rmse: number;
  readonly mae: number;
  /** 1 - squared errors / squared distances from the mean; null where all true numbers are equal. */
  readonly r2: number | null;
}

/** Most points of a ROC curve. */
const ROC_POINTS = 101;

export function classMetrics({ truth, output }: Predicted, classes: number): ClassMetrics {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let loss = 0;
  truth.forEach((actual, row) => {
    const shares = output.subarray(row * classes, (row + 1) * classes);
    const line = confusion[actual] ?? [];
    const guess = largestOf(shares);
    line[guess] = (line[guess] ?? 0) + 1;
    loss -= Math.log(Math.max(shares[actual] ?? 0, 1e-15));
  });
  const hits = confusion.reduce((sum, line, at) => sum + (line[at] ?? 0), 0);
  return {
    rows: truth.length,
    accuracy: hits / truth.length,
    macro_f1: mean(confusion.map((_, one) => f1Of(confusion, one))),
    log_loss: loss / truth.length,
    auc: aucOf(truth, output, classes),
    confusion,
    roc: classes === 2 ? rocOf(truth, shareOf(output, 1, 2)) : null,
  };
}

/** Index of the largest one of `count` numbers from `from`, counted from there; the first one of equal ones. */
export function largestOf(shares: Float64Array, from = 0, count = shares.length): number {
  let best = 0;
  for (let at = 1; at < count; at += 1) if ((shares[from + at] ?? 0) > (shares[from + best] ?? 0)) best = at;
  return best;
}

export function numberMetrics({ truth, output }: Predicted): NumberMetrics {
  const center = mean([...truth]);
  let squares = 0;
  let distances = 0;
  let spread = 0;
  truth.forEach((actual, row) => {
    const error = (output[row] ?? 0) - actual;
    squares += error * error;
    distances += Math.abs(error);
    spread += (actual - center) ** 2;
  });
  const { length: rows } = truth;
  const r2 = spread === 0 ? null : 1 - squares / spread;
  return { rows, rmse: Math.sqrt(squares / rows), mae: distances / rows, r2 };
}

function f1Of(confusion: readonly (readonly number[])[], one: number): number {
  const hits = confusion[one]?.[one] ?? 0;
  const actual = (confusion[one] ?? []).reduce((sum, count) => sum + count, 0);
  const guessed = confusion.reduce((sum, line) => sum + (line[one] ?? 0), 0);
  return actual + guessed === 0 ? 0 : (2 * hits) / (actual + guessed);
}

function aucOf(truth: Float64Array, output: Float64Array, classes: number): number | null {
  const wanted = classes === 2 ? [1] : Array.from({ length: classes }, (_, one) => one);
  const areas = wanted.map((one) =>
    areaOf(
      truth.map((actual) => (actual === one ? 1 : 0)),
      shareOf(output, one, classes),
    ),
  );
  const known = areas.filter((area) => area !== null);
  return known.length < areas.length ? null : mean(known);
}

function shareOf(output: Float64Array, one: number, classes: number): Float64Array {
  return Float64Array.from({ length: output.length / classes }, (_, row) => output[row * classes + one] ?? 0);
}

/** Area under the ROC curve: that under straight lines between its points. */
function areaOf(isOne: Float64Array, scores: Float64Array): number | null {
  const points = curveOf(isOne, scores);
  if (points === null) return null;
  let area = 0;
  points.forEach(([alarms, hits], at) => {
    const [before, hitsBefore] = points[at - 1] ?? [0, 0];
    area += ((alarms - before) * (hits + hitsBefore)) / 2;
  });
  return area;
}

function byScore(scores: Float64Array): Int32Array {
  const order = Int32Array.from(scores, (_, row) => row);
  return order.sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || a - b);
}

function rocOf(isOne: Float64Array, scores: Float64Array): readonly (readonly number[])[] | null {
  const points = curveOf(isOne, scores);
  if (points === null) return null;
  const step = Math.max(1, (points.length - 1) / (ROC_POINTS - 1));
  const count = Math.min(points.length, ROC_POINTS);
  return Array.from({ length: count }, (_, at) => points[Math.round(at * step)] ?? [1, 1]);
}

/** A point for each score, the highest first, as [false alarms, hits]; null where only one class is there. */
function curveOf(isOne: Float64Array, scores: Float64Array): readonly (readonly [number, number])[] | null {
  const order = byScore(scores).reverse();
  const ones = isOne.reduce((sum, value) => sum + value, 0);
  const others = isOne.length - ones;
  if (ones === 0 || others === 0) return null;
  const points: [number, number][] = [[0, 0]];
  let hits = 0;
  order.forEach((row, at) => {
    hits += isOne[row] ?? 0;
    if (scores[row] !== scores[order[at + 1] ?? -1]) points.push([(at + 1 - hits) / others, hits / ones]);
  });
  return points;
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
