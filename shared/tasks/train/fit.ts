import { type Learned, learn } from "../../ml/fitting.ts";
import { joinTrees, type TreeShape, type Trees } from "../../ml/forest/trees.ts";
import { type Packed, packArrays, unpackArrays } from "../../ml/pack.ts";
import { predictorOf } from "../../ml/predicting.ts";
import { type FitRows, rowSets } from "../../ml/split.ts";
import type { JsonObject } from "../task.ts";
import type { Dataset } from "./dataset.ts";
import type { TrainOptions } from "./options.ts";
import { pointsOf } from "./parameters.ts";

/** Learns, and gives what was learned or, for a fit that only measures, its outputs for the rows that it did not see. */
export async function fitUnit(
  data: Dataset,
  options: TrainOptions,
  { args, progress }: { args: JsonObject; progress: () => void },
): Promise<Buffer> {
  const rows = args.rows as FitRows;
  const { learn: own, measure } = rowSets(data.groups, rows);
  const learned = learn(await data.learnTable(options.model), {
    kind: options.model,
    parameters: pointsOf(options)[Number(args.point)] ?? {},
    seed: options.seed,
    rows: own,
    trees: { from: Number(args.from), to: Number(args.to) },
    onProgress: progress,
  });
  if (rows === "all") return packLearned(learned);
  const columns = await data.columnsOf(measure);
  const all = Int32Array.from(measure, (_, at) => at);
  return packArrays({}, { output: predictorOf(data, learned)(columns, all) });
}

export function unpackOutput(bytes: Buffer): Float64Array {
  return unpackArrays(bytes).array("output", "f64");
}

function packLearned(learned: Learned): Buffer {
  if (learned.kind === "trees" || learned.kind === "boosted") {
    const { kind, trees, ...arrays } = learned;
    return packArrays(kind, { ...trees, ...arrays });
  }
  const { kind, ...arrays } = learned;
  return packArrays(kind, arrays);
}

/** What the parts of the last fit learned, as one. */
export function joinLearned(parts: readonly Buffer[], shape: TreeShape): Learned {
  const learned = parts.map(unpackLearned);
  const [first] = learned;
  if (first === undefined) throw new Error("a fit has at least one part");
  if (first.kind !== "trees") return first;
  const grown = learned.filter((part) => part.kind === "trees");
  const importance = first.importance.map((_, at) =>
    grown.reduce((sum, part) => sum + (part.importance[at] ?? 0), 0),
  );
  return {
    kind: "trees",
    trees: joinTrees(
      grown.map(({ trees }) => trees),
      shape,
    ),
    importance,
  };
}

function unpackLearned(bytes: Buffer): Learned {
  const packed = unpackArrays<Learned["kind"]>(bytes);
  switch (packed.head) {
    case "trees":
      return { kind: "trees", trees: treesOf(packed), importance: packed.array("importance", "f64") };
    case "boosted":
      return {
        kind: "boosted",
        trees: treesOf(packed),
        base: packed.array("base", "f64"),
        importance: packed.array("importance", "f64"),
      };
    case "weights":
      return {
        kind: "weights",
        means: packed.array("means", "f64"),
        scales: packed.array("scales", "f64"),
        weights: packed.array("weights", "f64"),
      };
    case "bayes":
      return { kind: "bayes", numbers: packed.array("numbers", "f64") };
  }
}

function treesOf(packed: Packed<unknown>): Trees {
  return {
    starts: packed.array("starts", "i32"),
    feature: packed.array("feature", "i32"),
    threshold: packed.array("threshold", "f64"),
    right: packed.array("right", "i32"),
    sets: packed.array("sets", "i32"),
    leaves: packed.array("leaves", "f32"),
  };
}
