import { type FileHandle, open } from "node:fs/promises";
import type { TaskHead } from "../task.ts";
import type { SumsFile } from "./records.ts";
import { inFull, meanOf, merge, NOTHING, type Statistics, type Sum, statisticsOf, stddevOf } from "./sum.ts";

interface Head {
  readonly task: TaskHead;
  /** Number of files in the sum. */
  readonly files: number;
  readonly ragged: boolean;
}

/** Writes `index,count,mean,min,max,stddev`, a row for each index from 0 on; a missing value is empty. */
export async function writeCsv(path: string, sums: SumsFile): Promise<void> {
  await writing(path, async (file) => {
    await file.writeFile("index,count,mean,min,max,stddev\n");
    let index = 0;
    for await (const block of sums.blocks()) {
      const rows = block.map((sum) => rowOf(index++, statisticsOf(sum, sums.scale)));
      await file.writeFile(rows.join(""));
    }
  });
}

/** Writes an object with an array for each column and the statistics over all numbers as `overall`. */
export async function writeJson(path: string, sums: SumsFile, { task, files, ragged }: Head): Promise<void> {
  const { length, total } = await totalOf(sums);
  const overall = statisticsOf(total, sums.scale);
  const head = { schema_version: task.schemaVersion, task: task.name, files, length, ragged, overall };
  await writing(path, async (file) => {
    await file.writeFile(JSON.stringify(head).slice(0, -1));
    for (const [name, valueAt] of columns(sums.scale)) {
      await file.writeFile(`,"${name}":[`);
      let separator = "";
      for await (const block of sums.blocks()) {
        await file.writeFile(separator + block.map((sum) => JSON.stringify(valueAt(sum))).join(","));
        separator = ",";
      }
      await file.writeFile("]");
    }
    await file.writeFile("}\n");
  });
}

function columns(scale: number): readonly (readonly [string, (sum: Sum) => number | null])[] {
  return [
    ["count", ({ count }) => count],
    ["mean", (sum) => meanOf(sum, scale)],
    ["min", (sum) => inFull(sum, scale, sum.min)],
    ["max", (sum) => inFull(sum, scale, sum.max)],
    ["stddev", (sum) => stddevOf(sum, scale)],
  ];
}

async function totalOf(sums: SumsFile): Promise<{ readonly length: number; readonly total: Sum }> {
  let length = 0;
  let total = NOTHING;
  for await (const block of sums.blocks()) {
    length += block.length;
    for (const sum of block) total = merge(total, sum);
  }
  return { length, total };
}

function rowOf(index: number, { count, mean, min, max, stddev }: Statistics): string {
  return `${[index, count, mean, min, max, stddev].map((value) => value ?? "").join(",")}\n`;
}

async function writing(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, "w");
  try {
    await write(file);
  } finally {
    await file.close();
  }
}
