import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ColumnChunks } from "./columnChunks.ts";

test.each([
  [0, 3],
  [1, 1],
  [8192, 2],
  [20_001, 3],
  [50, 100_000],
])("the values of %i rows of %i columns are read back column by column", async (rows, columns) => {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-columns-"));
  const chunks = new ColumnChunks(folder, columns);
  try {
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) chunks.set(column, row + column / 7);
      chunks.endRow();
    }
    for (const column of new Set([0, columns >> 1, columns - 1]))
      expect(chunks.column(column)).toEqual(
        Float64Array.from({ length: rows }, (_, row) => row + column / 7),
      );
  } finally {
    chunks.close();
    await rm(folder, { recursive: true });
  }
});
