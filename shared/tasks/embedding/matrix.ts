import { FileError } from "../../errors.ts";
import type { SparseVector } from "./weights.ts";

/**
 * All vectors of a job in one file for the step `neighbours`. Little endian: three u32 with the bytes of names and
 * the numbers of rows and values, and 4 unused bytes; names (JSON list, padded with spaces to a multiple of 8);
 * f64 values; u32 columns; u32 row ends.
 */
export interface Matrix {
  /** The document of each row: its index in the upload and its name. */
  readonly names: readonly DocumentName[];
  /** Row r has the values from `ends[r - 1]` (0 for the first) to `ends[r]`. */
  readonly ends: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

export type DocumentName = readonly [index: number, filename: string];

const HEADER = 16;

/** Most values of all vectors of a job; a child holds them twice. */
const MAX_VALUES = 5_000_000;

/** @throws FileError `too_large` beyond five million values. */
export function packMatrix(names: readonly DocumentName[], rows: readonly SparseVector[]): Buffer {
  let total = 0;
  const ends = Uint32Array.from(rows, ({ values }) => {
    total += values.length;
    return total;
  });
  const packed = allocate(names, total);
  let column = 0;
  for (const { indices, values } of rows) {
    packed.values.set(values, column);
    packed.columns.set(indices, column);
    column += values.length;
  }
  packed.ends.set(ends);
  return packed.bytes;
}

/** Joins matrices row by row. @throws FileError `too_large` beyond five million values. */
export function joinMatrices(matrices: readonly Matrix[]): Buffer {
  const names = matrices.flatMap((matrix) => matrix.names);
  const packed = allocate(
    names,
    matrices.reduce((sum, { values }) => sum + values.length, 0),
  );
  let total = 0;
  let row = 0;
  for (const { values, columns, ends } of matrices) {
    packed.values.set(values, total);
    packed.columns.set(columns, total);
    for (const end of ends) packed.ends[row++] = total + end;
    total += values.length;
  }
  return packed.bytes;
}

export function unpackMatrix(file: Buffer): Matrix {
  const nameBytes = file.readUInt32LE(0);
  const rows = file.readUInt32LE(4);
  const count = file.readUInt32LE(8);
  const names: unknown = JSON.parse(file.toString("utf8", HEADER, HEADER + nameBytes));
  const arrays = aligned(file.subarray(HEADER + nameBytes));
  return { names: names as DocumentName[], ...viewsOf(arrays, { count, rows }) };
}

/** Allocates the bytes of a matrix and the arrays to fill, which are views of the bytes. */
function allocate(names: readonly DocumentName[], count: number) {
  if (count > MAX_VALUES) throw tooManyValues();
  const json = Buffer.from(JSON.stringify(names), "utf8");
  const nameBytes = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(HEADER + nameBytes + count * 12 + names.length * 4, " ");
  bytes.writeUInt32LE(nameBytes, 0);
  bytes.writeUInt32LE(names.length, 4);
  bytes.writeUInt32LE(count, 8);
  json.copy(bytes, HEADER);
  return { bytes, ...viewsOf(bytes.subarray(HEADER + nameBytes), { count, rows: names.length }) };
}

function viewsOf(
  { buffer, byteOffset }: Uint8Array,
  { count, rows }: { readonly count: number; readonly rows: number },
) {
  return {
    values: new Float64Array(buffer, byteOffset, count),
    columns: new Uint32Array(buffer, byteOffset + count * 8, count),
    ends: new Uint32Array(buffer, byteOffset + count * 12, rows),
  };
}

/** Index of the first value of a row. */
export function startOf({ ends }: Matrix, row: number): number {
  return row === 0 ? 0 : (ends[row - 1] ?? 0);
}

/** Typed arrays need aligned memory: copies a small buffer from a pool, but no large file. */
function aligned(bytes: Buffer): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}

function tooManyValues(): FileError {
  const hint = "Use a lower max_features or neighbours: 0.";
  return new FileError(
    "too_large",
    `Neighbours are found among up to ${MAX_VALUES} non-zero values. ${hint}`,
  );
}
