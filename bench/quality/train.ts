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
/** Boosted trees draw nothing but the rows of their folds: so many draws, as many as the reference has. */
const FOLD_SEEDS = SEEDS.slice(0, 10);

interface Reference {
  readonly target: string;
  readonly features: readonly string[];
  readonly files: Readonly<Record<"train" | "test" | "test-labels" | "all", string>>;
  readonly models: Readonly<Record<string, Scores>>;
}

type Scores = Readonly<Record<string, number>>;

const FOREST = "RandomForest(200, seed 0)";
/** Not among the scores of the corpus: `boosted.py` finds them. */
const BOOSTED = "HistGradientBoosting";

/** Our models, and those of scikit-learn that they are held against. */
const MODELS = [
  ["random-forest", FOREST],
  ["gradient-boosted-trees", BOOSTED],
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
    const files = await readReferences(corpus);
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
  return await readReferences(first.path.slice(0, -first.file.length));
}

async function readReferences(folder: string): Promise<Readonly<Record<string, Reference>>> {
  const read = async (path: string) => JSON.parse(await readFile(path, "utf8")) as { files: object };
  const { files } = (await read(join(folder, "expected.json"))) as { files: Record<string, Reference> };
  const boosted = (await read("bench/quality/boosted.json")) as { files: Record<string, Scores> };
  return Object.fromEntries(
    Object.entries(files).map(([set, reference]) => {
      const own = boosted.files[set];
      return [set, own ? { ...reference, models: { ...reference.models, [BOOSTED]: own } } : reference];
    }),
  );
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
    if (reference.models[name]?.cv5Accuracy === undefined) return ofTest;
    const foldSeeds = model === "gradient-boosted-trees" ? FOLD_SEEDS : [0];
    const ofFolds = foldSeeds.map((seed) => ({
      options: { ...options, folds: 5, seed },
      files: file(reference.files.all),
    }));
    return [...ofTest, ...ofFolds];
  });
}

function isOf({ files: [file], options }: QualityJob, set: string, model: string): boolean {
  return options.model === model && file?.file.startsWith(`${set}/`) === true;
}

interface Comparison {
  readonly set: string;
  readonly model: string;
  readonly reference: Reference;
  readonly expected: Scores;
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
  const validated = models.flatMap(({ trained }) => trained.metrics.cross_validation?.accuracy ?? []);
  return [
    row(`${set}, ${model}: ${what} of the test rows`, mean(scores), wanted),
    ...(validated.length === 0 || expected.cv5Accuracy === undefined
      ? []
      : [row(`${set}, ${model}: accuracy over 5 folds`, mean(validated), expected.cv5Accuracy)]),
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
