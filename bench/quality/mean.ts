import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check, CorpusFile, Outcome, QualityCheck, QualityJob } from "./check.ts";

/** Greatest relative error of a standard deviation; a double has 1.1e-16. */
const TOLERANCE = 1e-15;

interface Reference {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly sampleStdDev: number;
}

interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly stddev: number;
}

interface Pair {
  readonly file: CorpusFile;
  readonly ours: Statistics;
  readonly reference: Reference;
}

/** Compares the result of each file with exact arithmetic. All files are one job, a ragged one, because their lengths differ. */
export const check: QualityCheck = {
  task: "mean",
  folder: "numbers",
  jobs: (files) => [{ options: { ragged: true, missing: "skip" }, files }],
  score: async (jobs, outcomes, corpus) => {
    const { files } = JSON.parse(await readFile(join(corpus, "expected.json"), "utf8")) as {
      files: Record<string, Reference>;
    };
    const pairs = jobs.flatMap((job, j) =>
      job.files.flatMap((file, i) => pairOf(file, outcomes[j]?.[i], files)),
    );
    return [
      handled(jobs, outcomes),
      exact("count", pairs),
      exact("mean", pairs),
      exact("min", pairs),
      exact("max", pairs),
      deviations(pairs),
    ];
  },
};

function pairOf(
  file: CorpusFile,
  outcome: Outcome | undefined,
  files: Readonly<Record<string, Reference>>,
): Pair[] {
  const reference = files[file.file];
  if (reference === undefined || !outcome?.ok) return [];
  return [{ file, reference, ours: JSON.parse(outcome.body.toString("utf8")) as Statistics }];
}

function handled(jobs: readonly QualityJob[], outcomes: readonly (readonly Outcome[])[]): Check {
  const all = jobs.flatMap((job, j) => job.files.map((file, i) => ({ file, outcome: outcomes[j]?.[i] })));
  const wrong = all.filter(
    ({ file, outcome }) => file.expect !== "either" && outcome?.ok !== (file.expect === "ok"),
  );
  const value = `${all.length - wrong.length} of ${all.length}`;
  const name = "files with the outcome that is expected";
  return {
    name,
    value,
    target: "all",
    met: wrong.length === 0,
    ...noteOf(wrong.map(({ file }) => file.file)),
  };
}

function exact(field: "count" | "mean" | "min" | "max", pairs: readonly Pair[]): Check {
  const wrong = pairs.filter(({ ours, reference }) => ours[field] !== reference[field]);
  const value = `${pairs.length - wrong.length} of ${pairs.length}`;
  const name = `files whose ${field} is the very number`;
  return {
    name,
    value,
    target: "all",
    met: wrong.length === 0,
    ...noteOf(wrong.map(({ file }) => file.file)),
  };
}

function deviations(pairs: readonly Pair[]): Check {
  const errors = pairs.map(({ ours, reference }) => Math.abs(ours.stddev / reference.sampleStdDev - 1));
  const value = Math.max(0, ...errors);
  const met = value <= TOLERANCE;
  return { name: "largest relative error of the standard deviation", value, target: `<= ${TOLERANCE}`, met };
}

function noteOf(names: readonly string[]): { note?: string } {
  return names.length === 0 ? {} : { note: names.join(", ") };
}
