import { type FailedItem, mapAll, mapGroups, mergeFiles, UnitError } from "../merge.ts";
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
 * `partition` at a time, attaches the results, and publishes every file. A file whose sum fails is left out and fails
 * alone. Files are published last, so that a job whose whole sum fails has no file that is done.
 */
export async function run(job: Job): Promise<void> {
  const units = job.inputs.map((input) => ({ files: [input] }));
  const parts = await job.mapInOrder("describe", "describe", units);
  const outcomes = new Map<number, PublishedPart>(parts.map((part) => [part.index, part]));
  const described = job.inputs.flatMap((input) => describedBy(input, parts[input.index]));
  const length = usualLength(described);
  const used = job.options.ragged ? described : described.filter((file) => file.length === length);
  for (const { item, part } of await meanOf(job, used)) outcomes.set(item.input.index, part);
  if (!job.options.ragged)
    for (const file of described)
      if (file.length !== length) outcomes.set(file.input.index, unequal(file, length));
  for (const [index, outcome] of outcomes) await job.publish(index, outcome);
}

/** Attaches the results over these files. Returns the files that are not in them: all of them if the whole fails. */
async function meanOf(job: Job, files: readonly Described[]): Promise<readonly FailedItem<Described>[]> {
  if (files.length === 0) return [];
  try {
    return await attachResults(job, files);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    const { code, message } = error;
    return files.map((item) => ({
      item,
      part: { ok: false, index: item.input.index, code, error: message },
    }));
  }
}

/** The tree: partial sums of `partition` files each, then of as many partial sums, until one is left. */
async function attachResults(
  job: Job,
  files: readonly Described[],
): Promise<readonly FailedItem<Described>[]> {
  const { partition } = job.options;
  const scale = files.reduce((most, file) => Math.max(most, file.scale), 0);
  const unitOf = (group: readonly Described[]) => ({
    files: group.map(({ input }) => input),
    args: { scale },
  });
  const sums = await mapGroups(job, { name: "sum", step: "sum", width: partition, unitOf }, files);
  const root = await mergeFiles(job, { step: "merge", width: partition, most: 1 }, sums.files);
  if (root.length > 0) await attachMean(job, root, files.length - sums.failed.length);
  return sums.failed;
}

/** @param count number of files in the sum */
async function attachMean(job: Job, root: readonly FileRef[], count: number): Promise<void> {
  const units = [{ files: root, args: { files: count }, fileBudgets: count }];
  for (const format of ["json", "csv"]) {
    for (const result of await mapAll(job, { name: format, step: format }, units))
      await job.attach(`mean-${job.jobId}.${format}`, result);
  }
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
