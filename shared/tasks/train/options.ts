import { z } from "zod";
import { MODEL_KINDS } from "../../ml/trained.ts";

const columnName = z.string().min(1).max(1_000);
const columnNames = z.array(columnName).max(10_000);

const trees = z.int().min(1).max(10_000);
const depth = z.int().min(1).max(1_000).nullable();
const leaf = z.int().min(1).max(1_000_000);
const rate = z.number().positive().max(1);
const penalty = z.number().positive().max(1e12);

const grid = z.strictObject({
  trees: z.array(trees).min(1).optional().describe("Numbers of trees."),
  depth: z.array(depth).min(1).optional().describe("Depths; null: no limit."),
  leaf: z.array(leaf).min(1).optional().describe("Fewest rows of a leaf."),
  rate: z.array(rate).min(1).optional().describe("Parts of each boosted tree that count."),
  alpha: z.array(penalty).min(1).optional().describe("Penalties of ridge."),
  c: z.array(penalty).min(1).optional().describe("Inverse penalties of logistic regression."),
});

/** Most points of a grid. */
const MOST_POINTS = 1_000;

export const options = z.strictObject({
  target: columnName
    .nullable()
    .default(null)
    .describe("Name of the column that is learned; null: the last one."),
  features: columnNames
    .min(1)
    .nullable()
    .default(null)
    .describe("Columns to learn from; null: all that can be used."),
  ignore: columnNames.default([]).describe("Columns to leave out, such as numbers of customers."),
  categories: columnNames
    .default([])
    .describe("Columns of numbers that stand for categories, such as a postal code."),
  model: z.enum(MODEL_KINDS).default("random-forest").describe("Kind of the model."),
  kind: z
    .enum(["auto", "classes", "numbers"])
    .default("auto")
    .describe(
      "What trees predict. auto: classes if the target is text or has at most 10 different whole numbers.",
    ),
  seed: z.int().min(0).max(4_294_967_295).default(0).describe("Seed of all that is random."),
  trees: trees.default(100).describe("Trees of a random forest, or rounds of boosted trees."),
  depth: depth
    .default(null)
    .describe(
      "Most branches from the root of a tree to a leaf; null: no limit in a forest, 6 in boosted trees.",
    ),
  leaf: leaf
    .nullable()
    .default(null)
    .describe("Fewest rows of a leaf; null: 1 in a forest, 20 in boosted trees."),
  rate: rate.default(0.1).describe("Part of each boosted tree that counts."),
  alpha: penalty.default(1).describe("Penalty on the weights of ridge."),
  c: penalty.default(1).describe("Inverse of the penalty on the weights of logistic regression."),
  test_share: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.2)
    .describe("Share of the rows that measure a second model which never sees them; 0: none."),
  folds: z
    .int()
    .min(0)
    .max(100)
    .refine((count) => count !== 1, "must be 0, or 2 to 100")
    .default(0)
    .describe("Folds of the cross-validation; 0: none, or 5 where there is a grid."),
  grid: grid
    .refine((wish) => pointsIn(wish) <= MOST_POINTS, `must have at most ${MOST_POINTS} points`)
    .default({})
    .describe(
      "Values of `trees`, `depth`, `leaf`, `rate`, `alpha` and `c` to try; the best point by cross-validation is used.",
    ),
});

export type TrainOptions = z.infer<typeof options>;

/** Number of combinations of a grid. */
function pointsIn(wish: z.infer<typeof grid>): number {
  return Object.values(wish).reduce((product, values = []) => product * values.length, 1);
}
