import { FileError } from "../../errors.ts";
import { decodeText } from "../../media/text/decode.ts";
import type { StepWarning } from "../../warnings.ts";
import { cached } from "../cached.ts";
import { jsonResult, onlyFile } from "../result.ts";
import type { JsonObject, Step } from "../task.ts";
import { fold, vocabulary } from "./fold.ts";
import { joinMatrices, packMatrix, unpackMatrix } from "./matrix.ts";
import { findNeighbours, type NeighbourFinder } from "./neighbours.ts";
import type { EmbeddingOptions } from "./options.ts";
import { countTerms, packCounts, unpackCounts } from "./terms.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { type Columns, type SparseVector, weigh } from "./weights.ts";

/** One document -> its term counts. @throws FileError `wrong_type`, `too_large`, `unsupported_encoding`. */
const count: Step<EmbeddingOptions> = async ({ files, options }) => {
  const file = onlyFile(files);
  if (file.bytes > options.max_bytes) {
    const limit = `the limit of ${options.max_bytes} bytes; option max_bytes raises it`;
    throw new FileError("too_large", `The text has ${file.bytes} bytes, more than ${limit}.`);
  }
  const { text } = decodeText(await file.read(), options.encoding);
  return { body: packCounts(countTerms(text, options)) };
};

/** A part of `count` and the vocabulary -> the document's result. `args`: its `filename` and `sha256`. */
const weights: Step<EmbeddingOptions> = async ({ task, files, args, options }) => {
  const [counted, vocabularyFile] = files;
  if (counted === undefined || vocabularyFile === undefined) throw new Error("weights takes two files");
  const counts = unpackCounts(await counted.read());
  const columns = await columnsOf(vocabularyFile);
  const vector = weigh(counts, columns, options);
  const file = { filename: String(args.filename), sha256: String(args.sha256) };
  const summary = summaryOf(vector, columns);
  const warnings = warningsOf(vector.indices.length);
  return jsonResult({ task, file, summary, warnings }, fieldsOf(vector, columns, options));
};

/** Results of `weights` -> the matrix of their vectors. `args`: the `indexes` of their documents in the upload. */
const rows: Step<EmbeddingOptions> = async ({ files, args }, { progress }) => {
  const indexes = Array.isArray(args.indexes) ? args.indexes : [];
  const names: [number, string][] = [];
  const vectors: SparseVector[] = [];
  for (const [row, file] of files.entries()) {
    const result: { filename: string; sparse: SparseVector } = JSON.parse(
      (await file.read()).toString("utf8"),
    );
    names.push([Number(indexes[row]), result.filename]);
    vectors.push({ indices: result.sparse.indices, values: result.sparse.values });
    progress();
  }
  return { body: packMatrix(names, vectors) };
};

/** Matrices -> one with all their rows, in the order of the files. @throws FileError `too_large`. */
const stack: Step<EmbeddingOptions> = async ({ files }, { progress }) => {
  const matrices = [];
  for (const file of files) {
    matrices.push(unpackMatrix(await file.read()));
    progress();
  }
  return { body: joinMatrices(matrices) };
};

/** A result of `weights` and the matrix of the job -> the result with its neighbours. `args`: its `row`. */
const neighbours: Step<EmbeddingOptions> = async ({ files, args, options }) => {
  const [result, matrixFile] = files;
  if (result === undefined || matrixFile === undefined) throw new Error("neighbours takes two files");
  const nearest = await finderOf(matrixFile);
  const fields: JsonObject = JSON.parse((await result.read()).toString("utf8"));
  const found = nearest(Number(args.row), options.neighbours);
  const body = Buffer.from(`${JSON.stringify({ ...fields, neighbours: found })}\n`, "utf8");
  const warnings = warningsOf(Number(fields.non_zero_features));
  return { body, summary: String(args.summary), warnings };
};

export const steps = { count, fold, vocabulary, weights, rows, stack, neighbours };

const EMPTY_VECTOR: StepWarning = {
  code: "empty_vector",
  message:
    "The text has no term of the job's vocabulary, so its vector is all zeros. If it has words, raise max_features or widen min_df and max_df.",
};

function warningsOf(nonZero: number): readonly StepWarning[] {
  return nonZero > 0 ? [] : [EMPTY_VECTOR];
}

interface NamedColumns extends Columns {
  readonly terms: readonly string[];
}

/** Units of a job share one vocabulary and one matrix, so each child parses them once. */
const columnsOf = cached(async (file): Promise<NamedColumns> => {
  const { terms, idf }: Vocabulary = JSON.parse((await file.read()).toString("utf8"));
  return { terms, idf, columnOf: new Map(terms.map((term, column) => [term, column])) };
});
const finderOf = cached(
  async (file): Promise<NeighbourFinder> => findNeighbours(unpackMatrix(await file.read())),
);

function fieldsOf(vector: SparseVector, columns: NamedColumns, options: EmbeddingOptions): JsonObject {
  const size = columns.terms.length;
  const dense = size <= options.dense_limit;
  return {
    vector: dense ? denseOf(vector, size) : null,
    features: dense ? columns.terms : null,
    vector_size: size,
    non_zero_features: vector.indices.length,
    idf: dense ? columns.idf : null,
    sparse: {
      indices: vector.indices,
      values: vector.values,
      terms: vector.indices.map((column) => columns.terms[column] ?? ""),
    },
  };
}

function denseOf({ indices, values }: SparseVector, size: number): number[] {
  const dense = new Array<number>(size).fill(0);
  indices.forEach((column, at) => {
    dense[column] = values[at] ?? 0;
  });
  return dense;
}

function summaryOf({ indices, values }: SparseVector, { terms }: NamedColumns): string {
  const top = indices
    .map((column, at) => ({ term: terms[column] ?? "", value: values[at] ?? 0 }))
    .sort((a, b) => b.value - a.value)
    .slice(0, 5)
    .map(({ term }) => term);
  const share = `${indices.length} of ${terms.length} terms`;
  return top.length === 0 ? share : `${share}; top terms: ${top.join(", ")}`;
}
