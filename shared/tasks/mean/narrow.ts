import { stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { stepFile } from "../stepFile.ts";
import type { StepContext } from "../task.ts";
import { addUp } from "./lockstep.ts";
import { openSums, writeSums } from "./records.ts";
import type { Sum } from "./sum.ts";

/** Most files that are open at the same time; more files are first added up on disk in groups of this size. */
const WIDTH = 32;

/** Opens a series of sums; it uses no resources before. */
export type Series = () => AsyncIterable<readonly Sum[]>;

/** Adds up any number of series into a file in the unit's folder, in memory that does not grow with their number. */
export async function addUpInto(
  name: string,
  series: readonly Series[],
  unit: { readonly context: StepContext; readonly scale: number },
): Promise<{ readonly path: string }> {
  const path = join(unit.context.folder, name);
  if (series.length <= WIDTH) {
    await writeSums(path, unit.scale, reporting(addUp(series.map((open) => open())), unit.context));
    return { path };
  }
  const groups: string[] = [];
  for (let from = 0; from < series.length; from += WIDTH) {
    const group = await addUpInto(`${name}-${groups.length}`, series.slice(from, from + WIDTH), unit);
    groups.push(group.path);
  }
  await addUpInto(name, await Promise.all(groups.map(seriesAt)), unit);
  await Promise.all(groups.map((group) => unlink(group)));
  return { path };
}

async function seriesAt(path: string): Promise<Series> {
  const { size } = await stat(path);
  const { blocks } = await openSums(stepFile({ filename: "sums", bytes: size, sha256: "", body: { path } }));
  return blocks;
}

async function* reporting<Block>(
  blocks: AsyncIterable<Block>,
  { progress }: StepContext,
): AsyncGenerator<Block> {
  for await (const block of blocks) {
    yield block;
    progress();
  }
}
