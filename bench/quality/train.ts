import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RowSplitter } from "../../shared/ml/csv.ts";
import { predict } from "../../shared/ml/rowsPredicted.ts";
import { type TrainedModel, trainedModel } from "../../shared/ml/trained.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import type { Check, CorpusFile, Outcome, QualityCheck, QualityJob } from "./check.ts";

/** scikit-learn's scores may be better by so much. */
const POINT = 0.01;
/**
 * Forests of so many seeds; their mean counts. R2 of the 61 test rows of tips has a standard deviation of .015 over the seeds of a
 * forest, so that the mean of five is good to .007 only, and that of 30 to .003.
 */
const SEEDS = Array.from({ length: 30 }, (_, seed) => seed);

interface Reference {
  readonly target: string;
  readonly features: readonly string[];
  readonly files: Readonly<Record<"train" | "test" | "test-labels" | "all", string>>;
  readonly models: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const FOREST = "RandomForest(200, seed 0)";

/** Our models, and those of scikit-learn that they are held against. */
const MODELS = [
  ["random-forest", FOREST],
  ["gradient-boosted-trees", FOREST],
  ["logistic-regression", "LogisticRegression(max_iter=5000), standardised"],
  ["linear-regression", "LinearRegression"],
  ["ridge", "Ridge(1), standardised"],
] as const;

/** Compares models with scikit-learn's by the rows that both did not see, and by cross-validation. */
export const check: QualityCheck = {
  task: "train",
  folder: "ml",
  jobs: async (files) => {
    const references = await referencesOf(files);
    return Object.values(references).flatMap((reference) => jobsOf(reference, files));
  },
  score: async (jobs, outcomes, corpus) => {
    const path = join(corpus, "expected.json");
    const { files } = JSON.parse(await readFile(path, "utf8")) as { files: Record<string, Reference> };
    const rows: Check[] = [];
    for (const [set, reference] of Object.entries(files))
      for (const [model, name] of MODELS) {
        const expected = reference.models[name];
        if (expected === undefined) continue;
        const own = jobs.flatMap((job, at) => {
          const [outcome] = outcomes[at] ?? [];
          return isOf(job, set, model) && outcome?.ok ? [{ job, outcome }] : [];
        });
        rows.push(...(await compared({ set, model, reference, expected, corpus }, own)));
      }
    return rows;
  },
};

async function referencesOf(files: readonly CorpusFile[]): Promise<Readonly<Record<string, Reference>>> {
  const [first] = files;
  if (first === undefined) return {};
  const path = join(first.path.slice(0, -first.file.length), "expected.json");
  return (JSON.parse(await readFile(path, "utf8")) as { files: Record<string, Reference> }).files;
}

function jobsOf(reference: Reference, files: readonly CorpusFile[]): QualityJob[] {
  const { target, features } = reference;
  const file = (name: string) => files.filter((one) => one.file === name);
  return MODELS.flatMap(([model, name]) => {
    if (reference.models[name] === undefined) return [];
    const options = { target, features, model, trees: model === "random-forest" ? 200 : 100, test_share: 0 };
    const seeds = model === "random-forest" ? SEEDS : [0];
    const ofTest = seeds.map((seed) => ({
      options: { ...options, seed },
      files: file(reference.files.train),
    }));
    const ofFolds = { options: { ...options, folds: 5 }, files: file(reference.files.all) };
    return [...ofTest, ...(reference.models[name]?.cv5Accuracy === undefined ? [] : [ofFolds])];
  });
}

function isOf({ files: [file], options }: QualityJob, set: string, model: string): boolean {
  return options.model === model && file?.file.startsWith(`${set}/`) === true;
}

interface Comparison {
  readonly set: string;
  readonly model: string;
  readonly reference: Reference;
  readonly expected: Readonly<Record<string, number>>;
  readonly corpus: string;
}

interface Done {
  readonly job: QualityJob;
  readonly outcome: Extract<Outcome, { ok: true }>;
}

async function compared(comparison: Comparison, done: readonly Done[]): Promise<Check[]> {
  const { set, model, reference, expected, corpus } = comparison;
  const models = done.map(({ job, outcome }) => ({
    folds: job.options.folds !== undefined,
    trained: trainedModel.parse(JSON.parse(outcome.body.toString("utf8"))),
  }));
  const rows = await readTable(join(corpus, reference.files.test));
  const labels = (await readTable(join(corpus, reference.files["test-labels"]))).map(
    (row) => row[reference.target] ?? "",
  );
  const scores = models.filter(({ folds }) => !folds).map(({ trained }) => scoreOf(trained, rows, labels));
  const wanted = expected.testAccuracy ?? expected.testR2 ?? 0;
  const what = expected.testAccuracy === undefined ? "R2" : "accuracy";
  const validated = models.find(({ folds }) => folds)?.trained.metrics.cross_validation?.accuracy;
  return [
    row(`${set}, ${model}: ${what} of the test rows`, mean(scores), wanted),
    ...(validated === undefined || expected.cv5Accuracy === undefined
      ? []
      : [row(`${set}, ${model}: accuracy over 5 folds`, validated, expected.cv5Accuracy)]),
  ];
}

function row(name: string, value: number, wanted: number): Check {
  const least = Number((wanted - POINT).toFixed(4));
  return { name, value: Number(value.toFixed(4)), target: `>= ${least}`, met: value >= least };
}

function scoreOf(
  model: TrainedModel,
  rows: readonly Record<string, string>[],
  truth: readonly string[],
): number {
  const found = predict(model, rows).map(({ prediction }) => prediction);
  if (model.target.labels !== undefined)
    return mean(truth.map((label, at) => (String(found[at]) === label ? 1 : 0)));
  const numbers = truth.map(Number);
  const center = mean(numbers);
  const errors = numbers.map((value, at) => (value - Number(found[at])) ** 2);
  return 1 - mean(errors) / mean(numbers.map((value) => (value - center) ** 2));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The rows of a CSV by the names of their columns. */
export async function readTable(path: string): Promise<Record<string, string>[]> {
  const lines: (readonly string[])[] = [];
  const splitter = new RowSplitter(",", (cells) => lines.push(cells));
  splitter.push(await readFile(path, "utf8"));
  splitter.end();
  const [names = [], ...rows] = lines;
  return rows.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ""])));
}

/** Options of a job that trains on a table of NetCompute. */
export const NETCOMPUTE: JsonObject = { target: "Survived", ignore: ["PassengerId"] };
