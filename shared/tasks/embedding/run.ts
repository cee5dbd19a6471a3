import { type InputPart, type InputUnit, mapInputs, publishInputs, sharedFile } from "../maps.ts";
import { type GroupedFiles, mapAll, mapGroups, mergeFiles, UnitError } from "../merge.ts";
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
  await job.attach(`vocabulary-${job.jobId}.json`, vocabulary.file);
  const weightUnits = weightUnitsOf(vocabulary);
  if (job.options.neighbours === 0) await publishInputs(job, "weights", weightUnits);
  else await publishWithNeighbours(job, weightUnits);
}

async function publishWithNeighbours(job: Job, units: readonly InputUnit[]): Promise<void> {
  const weighed = await mapInputs(job, "weights", units);
  if (weighed.length === 0) return;
  const matrix = await commonFile(job, weighed, () => matrixOf(job, weighed));
  if (matrix === undefined) return;
  await publishInputs(job, "neighbours", neighbourUnitsOf(matrix));
}

/** A file that documents share, and the documents in it. */
interface CommonFile {
  readonly file: FileRef;
  readonly documents: readonly InputPart[];
}

/**
 * Makes a file that these documents share. A document that cannot be in it fails alone; if the file as a whole cannot
 * be made, each document fails with the same code.
 */
async function commonFile(
  job: Job,
  documents: readonly InputPart[],
  make: () => Promise<GroupedFiles<InputPart>>,
): Promise<CommonFile | undefined> {
  try {
    const { files, failed } = await make();
    for (const { item, part } of failed) await job.publish(item.input.index, part);
    const lost = new Set(failed.map(({ item }) => item));
    const [file] = files;
    return file && { file, documents: documents.filter((document) => !lost.has(document)) };
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    const failure = { ok: false, code: error.code, error: error.message } as const;
    for (const { input } of documents) await job.publish(input.index, failure);
    return undefined;
  }
}

async function vocabularyOf(job: Job, counted: readonly InputPart[]): Promise<GroupedFiles<InputPart>> {
  const { files: folded, failed } = await foldedOf(job, counted);
  if (folded.length === 0) return { files: [], failed };
  const files = await mergeFiles(job, { step: "fold", width: WIDTH, most: WIDTH }, folded);
  const unit = { files, fileBudgets: counted.length };
  return { files: await mapAll(job, { name: "vocabulary", step: "vocabulary" }, [unit]), failed };
}

/** The first level of the fold. The counts of few documents need none. */
async function foldedOf(job: Job, counted: readonly InputPart[]): Promise<GroupedFiles<InputPart>> {
  const unitOf = (group: readonly InputPart[]) => ({ files: group.map(({ part }) => part.file) });
  if (counted.length <= WIDTH) return { ...unitOf(counted), failed: [] };
  return await mapGroups(job, { name: "fold", step: "fold", width: WIDTH, unitOf }, counted);
}

async function matrixOf(job: Job, weighed: readonly InputPart[]): Promise<GroupedFiles<InputPart>> {
  const unitOf = (group: readonly InputPart[]) => ({
    files: group.map(({ part }) => part.file),
    args: { indexes: group.map(({ input }) => input.index) },
  });
  const rows = await mapGroups(job, { name: "rows", step: "rows", width: WIDTH, unitOf }, weighed);
  const files = await mergeFiles(job, { step: "stack", width: WIDTH, most: 1 }, rows.files);
  return { files, failed: rows.failed };
}

function weightUnitsOf({ file, documents }: CommonFile): InputUnit[] {
  const vocabulary = sharedFile(file);
  return documents.map(({ input, part }) => ({
    input,
    files: [part.file, vocabulary],
    args: { filename: input.filename, sha256: input.sha256 },
  }));
}

function neighbourUnitsOf({ file, documents }: CommonFile): InputUnit[] {
  const matrix = sharedFile(file);
  return documents.map(({ input, part }, row) => ({
    input,
    files: [part.file, matrix],
    args: { row, summary: part.summary ?? "" },
  }));
}
