import { type InputPart, type InputUnit, mapInputs, publishInputs } from "../maps.ts";
import { groupsOf, mapAll, mergeFiles, UnitError } from "../merge.ts";
import type { FileRef, RunContext } from "../task.ts";
import type { EmbeddingOptions } from "./options.ts";

/** Files that one unit of a fold merges; a job with up to so many documents has its vocabulary after one unit. */
const WIDTH = 100;

type Job = RunContext<EmbeddingOptions>;

/**
 * Counts each document, folds the counts into one vocabulary, weighs each document by it, and finds neighbours if
 * the option asks for them. The result does not depend on the number of slaves.
 * @throws nothing of its own: a failure that concerns the whole job (`no_terms`, `too_large`) is published for each
 * file.
 */
export async function run(job: Job): Promise<void> {
  const units = job.inputs.map((input) => ({ input, files: [input] }));
  const counted = await mapInputs(job, "count", units);
  if (counted.length === 0) return;
  const vocabulary = await commonFile(job, counted, () => vocabularyOf(job, counted));
  if (vocabulary === undefined) return;
  await job.attach(`vocabulary-${job.jobId}.json`, vocabulary);
  const weightUnits = weightUnitsOf(counted, vocabulary);
  if (job.options.neighbours === 0) await publishInputs(job, "weights", weightUnits);
  else await publishWithNeighbours(job, weightUnits);
}

async function publishWithNeighbours(job: Job, units: readonly InputUnit[]): Promise<void> {
  const weighed = await mapInputs(job, "weights", units);
  if (weighed.length === 0) return;
  const matrix = await commonFile(job, weighed, () => matrixOf(job, weighed));
  if (matrix === undefined) return;
  await publishInputs(job, "neighbours", neighbourUnitsOf(weighed, matrix));
}

/** Makes a file that these documents share; if one of its units fails, each document fails with the same code. */
async function commonFile(
  job: Job,
  documents: readonly InputPart[],
  make: () => Promise<FileRef | undefined>,
): Promise<FileRef | undefined> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    const failure = { ok: false, code: error.code, error: error.message } as const;
    for (const { input } of documents) await job.publish(input.index, failure);
    return undefined;
  }
}

async function vocabularyOf(job: Job, counted: readonly InputPart[]): Promise<FileRef | undefined> {
  const counts = counted.map(({ part }) => part.file);
  const files = await mergeFiles(job, { step: "fold", width: WIDTH, most: WIDTH }, counts);
  const [vocabulary] = await mapAll(job, { name: "vocabulary", step: "vocabulary" }, [{ files }]);
  return vocabulary;
}

async function matrixOf(job: Job, weighed: readonly InputPart[]): Promise<FileRef | undefined> {
  const units = groupsOf(weighed, WIDTH).map((group) => ({
    files: group.map(({ part }) => part.file),
    args: { indexes: group.map(({ input }) => input.index) },
  }));
  const rows = await mapAll(job, { name: "rows", step: "rows" }, units);
  const [matrix] = await mergeFiles(job, { step: "stack", width: WIDTH, most: 1 }, rows);
  return matrix;
}

function weightUnitsOf(counted: readonly InputPart[], vocabulary: FileRef): InputUnit[] {
  return counted.map(({ input, part }) => ({
    input,
    files: [part.file, vocabulary],
    args: { filename: input.filename, sha256: input.sha256 },
  }));
}

function neighbourUnitsOf(weighed: readonly InputPart[], matrix: FileRef): InputUnit[] {
  return weighed.map(({ input, part }, row) => ({
    input,
    files: [part.file, matrix],
    args: { row, summary: part.summary ?? "" },
  }));
}
