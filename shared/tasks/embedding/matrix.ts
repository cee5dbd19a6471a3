import type { SparseVector } from "./weights.ts";

/**
 * All vectors of a job in one file, for the step that looks for neighbours. Little endian: one u32 each for the
 * bytes of names, the rows and the values; names (JSON list, filled with spaces to a multiple of 8), then f64
 * values, u32 columns, u32 row ends.
 */
export interface Matrix {
  /** Of each row its document: place in the upload and name. */
  readonly names: readonly DocumentName[];
  /** Row r has the values from `ends[r - 1]` (0 for the first) to `ends[r]`. */
  readonly ends: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

export type DocumentName = readonly [index: number, filename: string];

const HEADER = 16;

export function packMatrix(names: readonly DocumentName[], rows: readonly SparseVector[]): Buffer {
  const json = Buffer.from(JSON.stringify(names), "utf8");
  const nameBytes = Math.ceil(json.length / 8) * 8;
  const count = rows.reduce((sum, row) => sum + row.values.length, 0);
  const packed = Buffer.alloc(HEADER + nameBytes + count * 12 + rows.length * 4, " ");
  packed.writeUInt32LE(nameBytes, 0);
  packed.writeUInt32LE(rows.length, 4);
  packed.writeUInt32LE(count, 8);
  json.copy(packed, HEADER);
  let value = HEADER + nameBytes;
  let column = value + count * 8;
  let end = column + count * 4;
  let total = 0;
  for (const row of rows) {
    for (const entry of row.values) value = packed.writeDoubleLE(entry, value);
    for (const index of row.indices) column = packed.writeUInt32LE(index, column);
    total += row.values.length;
    end = packed.writeUInt32LE(total, end);
  }
  return packed;
}

export function unpackMatrix(file: Buffer): Matrix {
  const nameBytes = file.readUInt32LE(0);
  const rows = file.readUInt32LE(4);
  const count = file.readUInt32LE(8);
  const names: unknown = JSON.parse(file.toString("utf8", HEADER, HEADER + nameBytes));
  const { buffer, byteOffset } = aligned(file.subarray(HEADER + nameBytes));
  return {
    names: names as DocumentName[],
    values: new Float64Array(buffer, byteOffset, count),
    columns: new Uint32Array(buffer, byteOffset + count * 8, count),
    ends: new Uint32Array(buffer, byteOffset + count * 12, rows),
  };
}

/** Where the values of a row begin. */
export function startOf({ ends }: Matrix, row: number): number {
  return row === 0 ? 0 : (ends[row - 1] ?? 0);
}

/** Typed arrays want aligned memory, which a small buffer out of a pool is not; a large file is not copied. */
function aligned(bytes: Buffer): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}
