import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Bytes of the rows that are held in memory. */
const HELD_BYTES = 16 * 1024 * 1024;
const MOST_ROWS = 8192;

/**
 * Values that come row by row and are read column by column. They lie in a file in the meantime, some thousand rows at a time,
 * each of these column by column. A child process does nothing else, so the file is written and read synchronously.
 */
export class ColumnChunks {
  readonly #file: number;
  readonly #rows: number;
  readonly #held: Float64Array;
  #count = 0;
  #written = 0;

  /** @param folder for the file; the caller removes it */
  constructor(folder: string, columns: number) {
    this.#rows = Math.min(MOST_ROWS, Math.max(16, Math.floor(HELD_BYTES / (8 * columns))));
    this.#held = new Float64Array(this.#rows * columns);
    this.#file = openSync(join(folder, "columns"), "wx+", 0o600);
  }

  /** Sets a value of the row that comes. */
  set(column: number, value: number): void {
    this.#held[column * this.#rows + this.#count] = value;
  }

  /** Ends the row. */
  endRow(): void {
    this.#count += 1;
    if (this.#count < this.#rows) return;
    this.#write();
  }

  /** Values of a column over all rows. */
  column(column: number): Float64Array {
    if (this.#count > 0) this.#write();
    const values = new Float64Array(this.#written);
    const chunkBytes = this.#held.byteLength;
    for (let row = 0; row < values.length; row += this.#rows) {
      const length = 8 * Math.min(this.#rows, values.length - row);
      const from = (row / this.#rows) * chunkBytes + column * this.#rows * 8;
      readSync(this.#file, new Uint8Array(values.buffer, row * 8, length), 0, length, from);
    }
    return values;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Writes the rows that are held; after fewer than a whole chunk no more may come. */
  #write(): void {
    writeSync(this.#file, new Uint8Array(this.#held.buffer));
    this.#written += this.#count;
    this.#count = 0;
  }
}
