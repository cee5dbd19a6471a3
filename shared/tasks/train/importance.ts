import { widthOf } from "../../ml/design.ts";
import type { Feature } from "../../ml/features.ts";
import type { Learned } from "../../ml/fitting.ts";

/**
 * Part of each feature in what was learned, all of them 1 together. Trees: how much purer the feature made the rows, of a
 * forest as a mean over its trees. Weights: the largest weight of each column (all columns have standard deviation 1), added up over the columns
 * of the feature. Undefined where a model tells none, or nothing was learned.
 */
export function importanceOf(learned: Learned, features: readonly Feature[]): readonly number[] | undefined {
  if (learned.kind === "bayes") return undefined;
  const raw = learned.kind === "weights" ? weightSums(learned, features) : [...learned.importance];
  const sum = raw.reduce((total, value) => total + value, 0);
  return sum > 0 ? raw.map((value) => value / sum) : undefined;
}

function weightSums(
  { weights, means }: Extract<Learned, { kind: "weights" }>,
  features: readonly Feature[],
): number[] {
  const length = means.length + 1;
  const largest = Array.from(means, (_, column) => {
    let most = 0;
    for (let at = column; at < weights.length; at += length)
      most = Math.max(most, Math.abs(weights[at] ?? 0));
    return most;
  });
  let from = 0;
  return features.map((feature) => {
    const own = largest.slice(from, from + widthOf(feature));
    from += own.length;
    return own.reduce((sum, value) => sum + value, 0);
  });
}
