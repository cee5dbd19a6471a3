import { toModelArrays } from "../../ml/arrays.ts";
import type { Learned } from "../../ml/fitting.ts";
import { treeShape } from "../../ml/predicting.ts";
import type { Metrics, TrainedModel } from "../../ml/trained.ts";
import { VERSION } from "../../version.ts";
import { oneLine } from "../result.ts";
import type { StepOutput, TaskHead } from "../task.ts";
import type { Dataset } from "./dataset.ts";
import { joinLearned } from "./fit.ts";
import { importanceOf } from "./importance.ts";
import type { TrainOptions } from "./options.ts";
import { pointsOf } from "./parameters.ts";

/** What the cross-validation found, as JSON between two steps. */
export interface Validation {
  /** Index of the best point of the grid. */
  readonly best: number;
  readonly search: TrainedModel["search"];
  readonly metrics: Metrics;
  /** Score of each fold at the best point. */
  readonly folds: number[];
}

export interface Finished {
  readonly task: TaskHead;
  readonly data: Dataset;
  readonly options: TrainOptions;
  readonly point: number;
  readonly validation: Validation | undefined;
  readonly heldOut: Metrics | null;
  /** Parts of the fit over all rows. */
  readonly parts: readonly Buffer[];
}

/** Everything that the fits found -> the model file. */
export function modelFile(finished: Finished): StepOutput {
  const { task, data, options, point, validation, heldOut } = finished;
  const { head } = data;
  const learned = joinLearned(finished.parts, treeShape(data));
  const parameters = pointsOf(options)[point] ?? {};
  const model: TrainedModel = {
    schema_version: 1,
    task: "train",
    filename: head.files[0]?.filename ?? "",
    input_sha256: head.files[0]?.input_sha256 ?? "",
    model: options.model,
    target: { name: head.target.name, ...(head.target.labels && { labels: [...head.target.labels] }) },
    features: featuresOf(data, learned),
    left_out: head.leftOut.map((column) => ({ ...column })),
    rows: { learned: head.rows, without_target: head.withoutTarget },
    parameters,
    metrics: {
      held_out: heldOut,
      cross_validation: validation?.metrics ?? null,
      folds: validation?.folds ?? [],
    },
    search: validation?.search ?? [],
    provenance: {
      version: VERSION,
      seed: options.seed,
      options: options as Record<string, Mutable>,
      files: head.files.map((file) => ({ ...file })),
    },
    arrays: arraysOf(learned),
  };
  if (model.schema_version !== task.schemaVersion)
    throw new Error("the schema of models has another version");
  const summary = oneLine(summaryOf(model));
  return { body: Buffer.from(`${JSON.stringify(model)}\n`), summary };
}

type Mutable = TrainedModel["provenance"]["options"][string];

function featuresOf({ head: { features } }: Dataset, learned: Learned): TrainedModel["features"] {
  const importance = importanceOf(learned, features);
  return features.map((feature, at) => {
    const { name, kind, missing } = feature;
    const more = feature.kind === "category" ? { categories: [...feature.categories] } : {};
    const others = feature.kind === "category" && feature.others === true ? { others: true } : {};
    return { name, kind, ...more, ...others, missing, importance: importance?.[at] ?? null };
  });
}

function arraysOf(learned: Learned): TrainedModel["arrays"] {
  switch (learned.kind) {
    case "trees":
      return toModelArrays({ ...learned.trees });
    case "boosted":
      return toModelArrays({ ...learned.trees, base: learned.base });
    case "weights":
      return toModelArrays({ means: learned.means, scales: learned.scales, weights: learned.weights });
    case "bayes":
      return toModelArrays({ numbers: learned.numbers });
  }
}

/** One line that a person understands. */
function summaryOf({ model, target, rows, parameters, metrics }: TrainedModel): string {
  const what =
    model === "random-forest" ? `random forest of ${parameters.trees} trees` : model.replaceAll("-", " ");
  const learned = `${what} for ${target.name} from ${rows.learned} rows`;
  const { held_out, cross_validation, folds } = metrics;
  const found = [
    ...(held_out === null ? [] : [`${wordsOf(held_out)} ${held_out.rows} held-out rows`]),
    ...(cross_validation === null ? [] : [`${wordsOf(cross_validation)} the rows of ${folds.length} folds`]),
  ];
  return found.length === 0 ? learned : `${learned}: ${found.join("; ")}`;
}

function wordsOf({ accuracy, mae, r2 }: Metrics): string {
  if (accuracy !== undefined) return `right in ${(accuracy * 100).toFixed(1)} % of`;
  const explained = r2 === null || r2 === undefined ? "" : `, R2 ${r2.toFixed(3)},`;
  return `off by ${shortNumber(mae ?? 0)} on average${explained} in`;
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
