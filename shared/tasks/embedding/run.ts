import { AppError, type Failure, toFailure } from "../../errors.ts";
import type { FileRef, InputFile, PartDone, RunContext, UnitSpec } from "../task.ts";
import { packMatrix } from "./matrix.ts";
import type { EmbeddingOptions } from "./options.ts";
import { EMBEDDING_SCHEMA } from "./options.ts";
import type { TermCounts } from "./terms.ts";
import { addDocument, emptyFrequencies, selectTerms, type Vocabulary } from "./vocabulary.ts";
import type { SparseVector } from "./weights.ts";

/** Non-zero values of all vectors together up to which neighbours are looked for; a child holds them twice. */
const MAX_VALUES = 5_000_000;

type Job = RunContext<EmbeddingOptions>;

/** A document that came through its last map. */
interface Document {
  readonly input: InputFile;
  readonly part: PartDone;
}

/**
 * Counts each document, folds document frequencies into one vocabulary, weighs each document by it;
 * then, where asked, looks for neighbours. Nothing of it depends on how many slaves there are.
 * @throws nothing of its own: what fails a whole job (`no_terms`, `too_large`) is published for each file.
 */
export async function runEmbedding(job: Job): Promise<void> {
  const counted = await mapDocuments(job, "count", countUnits(job.inputs));
  if (counted.length === 0) return;
  try {
    const vocabulary = await putVocabulary(job, await readVocabulary(job, counted));
    await job.attach(vocabulary.filename, vocabulary);
    await weighDocuments(job, counted, vocabulary);
  } catch (error) {
    if (!(error instanceof WholeJobError)) throw error;
    for (const { input } of error.documents) await job.publish(input.index, { ok: false, ...error.failure });
  }
}

/** Each of these documents fails for the same reason. */
class WholeJobError extends Error {
  readonly failure: Failure;
  readonly documents: readonly Document[];

  constructor(cause: AppError, documents: readonly Document[]) {
    super(cause.message, { cause });
    this.failure = toFailure(cause);
    this.documents = documents;
  }
}

async function readVocabulary(job: Job, counted: readonly Document[]): Promise<Vocabulary> {
  const sums = emptyFrequencies();
  try {
    for (const { part } of counted) {
      const counts: TermCounts = JSON.parse((await job.read(part.file)).toString("utf8"));
      addDocument(sums, counts);
    }
    return selectTerms(sums, job.options);
  } catch (error) {
    throw error instanceof AppError ? new WholeJobError(error, counted) : error;
  }
}

function putVocabulary(job: Job, { documents, terms, df, idf }: Vocabulary): Promise<FileRef> {
  const content = { schema_version: EMBEDDING_SCHEMA, task: "embedding", documents, terms, df, idf };
  return job.put(`vocabulary-${job.jobId}.json`, Buffer.from(`${JSON.stringify(content)}\n`, "utf8"));
}

async function weighDocuments(job: Job, counted: readonly Document[], vocabulary: FileRef): Promise<void> {
  const units = weightUnits(counted, vocabulary);
  if (job.options.neighbours === 0) return await publishDocuments(job, "weights", units);
  const weighed = await mapDocuments(job, "weights", units);
  const matrix = await putMatrix(job, weighed);
  await publishDocuments(job, "neighbours", neighbourUnits(weighed, matrix));
}

interface CountUnit extends UnitSpec {
  readonly input: InputFile;
}

function countUnits(inputs: readonly InputFile[]): CountUnit[] {
  return inputs.map((input) => ({ input, files: [input] }));
}

function weightUnits(counted: readonly Document[], vocabulary: FileRef): CountUnit[] {
  return counted.map(({ input, part }) => ({
    input,
    files: [part.file, vocabulary],
    args: { filename: input.filename, sha256: input.sha256 },
  }));
}

function neighbourUnits(weighed: readonly Document[], matrix: FileRef): CountUnit[] {
  return weighed.map(({ input, part }, row) => ({
    input,
    files: [part.file, matrix],
    args: { row, summary: part.summary ?? "" },
  }));
}

/** Documents that came through, in the order of the upload; the others' failures are published. */
async function mapDocuments(job: Job, step: string, units: readonly CountUnit[]): Promise<Document[]> {
  const documents = new Array<Document | undefined>(units.length);
  for await (const part of job.map(step, step, units.map(withoutInput))) {
    const input = inputOf(units, part.index);
    if (part.ok) documents[part.index] = { input, part };
    else await job.publish(input.index, part);
  }
  return documents.filter((document) => document !== undefined);
}

async function publishDocuments(job: Job, step: string, units: readonly CountUnit[]): Promise<void> {
  for await (const part of job.map(step, step, units.map(withoutInput))) {
    await job.publish(inputOf(units, part.index).index, part);
  }
}

function withoutInput({ input: _, ...unit }: CountUnit): UnitSpec {
  return unit;
}

function inputOf(units: readonly CountUnit[], index: number): InputFile {
  const unit = units[index];
  if (unit === undefined) throw new Error(`a part came for unit ${index} of ${units.length}`);
  return unit.input;
}

async function putMatrix(job: Job, weighed: readonly Document[]): Promise<FileRef> {
  const rows: SparseVector[] = [];
  let values = 0;
  for (const { part } of weighed) {
    const { sparse }: { sparse: SparseVector } = JSON.parse((await job.read(part.file)).toString("utf8"));
    values += sparse.values.length;
    if (values > MAX_VALUES) throw new WholeJobError(tooManyValues(), weighed);
    rows.push({ indices: sparse.indices, values: sparse.values });
  }
  return await job.put(
    "matrix.bin",
    packMatrix(
      weighed.map(({ input }) => [input.index, input.filename]),
      rows,
    ),
  );
}

function tooManyValues(): AppError {
  const hint = "Use a lower max_features or neighbours: 0.";
  return new AppError(
    "too_large",
    `Neighbours are found among up to ${MAX_VALUES} non-zero values. ${hint}`,
    {
      status: 422,
    },
  );
}
