import { groupsOf, mapAll, mergeFiles } from "../merge.ts";
import type { FileRef, InputFile, Part, PartDone, PublishedPart, RunContext } from "../task.ts";
import type { MeanOptions } from "./options.ts";

type Job = RunContext<MeanOptions>;

/** A file with its length and scale. */
interface Described {
  readonly input: InputFile;
  readonly part: PartDone;
  /** Number of values and missing values. */
  readonly length: number;
  /** Most digits after the decimal point. */
  readonly scale: number;
}

/**
 * Reads every file once for its length and its own statistics, adds up the good files in a tree of partial sums,
 * `partition` at a time, attaches the results, and publishes every file. Files are published last, so that a job
 * whose sums fail has no file that is done.
 */
export async function run(job: Job): Promise<void> {
  const units = job.inputs.map((input) => ({ files: [input] }));
  const parts = await job.mapInOrder("describe", "describe", units);
  const outcomes = new Map<number, PublishedPart>(parts.map((part) => [part.index, part]));
  const described = job.inputs.flatMap((input) => describedBy(input, parts[input.index]));
  const length = usualLength(described);
  const used = job.options.ragged ? described : described.filter((file) => file.length === length);
  if (used.length > 0) await attachResults(job, used);
  if (!job.options.ragged)
    for (const file of described)
      if (file.length !== length) outcomes.set(file.input.index, unequal(file, length));
  for (const [index, outcome] of outcomes) await job.publish(index, outcome);
}

async function attachResults(job: Job, files: readonly Described[]): Promise<void> {
  const scale = files.reduce((most, file) => Math.max(most, file.scale), 0);
  const root = await sumOf(job, files, scale);
  const units = [{ files: root, args: { files: files.length } }];
  for (const format of ["json", "csv"]) {
    for (const result of await mapAll(job, { name: format, step: format }, units))
      await job.attach(`mean-${job.jobId}.${format}`, result);
  }
}

/** The tree: partial sums of `partition` files each, then of as many partial sums, until one is left. */
async function sumOf(job: Job, files: readonly Described[], scale: number): Promise<readonly FileRef[]> {
  const { partition } = job.options;
  const inputs = files.map(({ input }) => input);
  const units = groupsOf(inputs, partition).map((group) => ({ files: group, args: { scale } }));
  const sums = await mapAll(job, { name: "sum", step: "sum" }, units);
  return await mergeFiles(job, { step: "merge", width: partition, most: 1 }, sums);
}

function describedBy(input: InputFile, part: Part | undefined): Described[] {
  if (part === undefined || !part.ok) return [];
  return [{ input, part, length: Number(part.info?.length), scale: Number(part.info?.scale) }];
}

/** The length that more than half of the files have; undefined if there is none. */
function usualLength(files: readonly Described[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { length } of files) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].find(([, count]) => count > files.length / 2)?.[0];
}

function unequal({ input, length }: Described, usual: number | undefined): PublishedPart {
  const others = usual === undefined ? "the files differ in length" : `most files hold ${usual}`;
  const error = `${input.filename} holds ${length} numbers, but ${others}: it was left out. \
To take files of different lengths together, set the option ragged to true.`;
  return { ok: false, code: "unequal_length", error };
}
