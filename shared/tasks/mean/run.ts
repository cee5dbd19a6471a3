import { AppError, CodedError } from "../../errors.ts";
import type {
  FileRef,
  InputFile,
  JsonObject,
  Part,
  PartDone,
  PublishedPart,
  RunContext,
  UnitSpec,
} from "../task.ts";
import type { MeanOptions } from "./options.ts";

type Job = RunContext<MeanOptions>;

/** A file whose numbers were read and counted. */
interface Described {
  readonly input: InputFile;
  readonly part: PartDone;
  /** Places, with or without a value. */
  readonly length: number;
  /** Most digits after the decimal point. */
  readonly scale: number;
}

/**
 * Reads every file once for its length and its own statistics; adds up the good ones, `partition` at a time, into
 * partial sums, and those again until one is left; attaches the results; then publishes every file. Files are
 * published last, so that a job whose sums fail has no file that looks done.
 */
export async function run(job: Job): Promise<void> {
  const parts = await inOrder(
    job.map(
      "describe",
      "describe",
      job.inputs.map((input) => ({ files: [input] })),
    ),
  );
  const outcomes = new Map<number, PublishedPart>(parts.map((part) => [part.index, part]));
  const described = job.inputs.flatMap((input) => describedBy(input, parts[input.index]));
  const length = usualLength(described);
  const used = job.options.ragged ? described : described.filter((file) => file.length === length);
  if (used.length > 0) await attachResults(job, used);
  for (const file of described)
    if (!used.includes(file)) outcomes.set(file.input.index, unequal(file, length));
  for (const [index, outcome] of outcomes) await job.publish(index, outcome);
}

async function attachResults(job: Job, files: readonly Described[]): Promise<void> {
  const scale = Math.max(...files.map((file) => file.scale));
  const root = await sumOf(job, files, scale);
  const units = [{ files: [root], args: { files: files.length } }];
  for (const format of ["json", "csv"]) {
    const [part] = await inOrder(job.map(format, format, units));
    await job.attach(`mean-${job.jobId}.${format}`, doneOrThrow(part).file);
  }
}

/** The tree: partial sums of `partition` files each, then of as many partial sums. */
async function sumOf(job: Job, files: readonly Described[], scale: number): Promise<FileRef> {
  const inputs = files.map(({ input }) => input);
  let level = await sums(job, "sum", unitsOf(job, inputs, { scale }));
  for (let depth = 1; level.length > 1; depth += 1) {
    level = await sums(job, `merge-${depth}`, unitsOf(job, level, {}));
  }
  const [root] = level;
  if (root === undefined) throw new AppError("no_sums", "There was nothing to add up.");
  return root;
}

async function sums(job: Job, name: string, units: readonly UnitSpec[]): Promise<FileRef[]> {
  const parts = await inOrder(job.map(name, name === "sum" ? "sum" : "merge", units));
  return parts.map((part) => doneOrThrow(part).file);
}

function unitsOf(job: Job, files: readonly FileRef[], args: JsonObject): UnitSpec[] {
  const { partition } = job.options;
  const count = Math.ceil(files.length / partition);
  return Array.from({ length: count }, (_, i) => ({
    files: files.slice(i * partition, (i + 1) * partition),
    args,
  }));
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

/** Sums of files that were read before do not fail by the files' fault: the job ends. */
function doneOrThrow(part: Part | undefined): PartDone {
  if (part?.ok === true) return part;
  if (part === undefined) throw new AppError("no_part", "A partial sum is missing.");
  throw new CodedError(part.code, part.error);
}

async function inOrder(parts: AsyncIterable<Part>): Promise<Part[]> {
  const sorted: Part[] = [];
  for await (const part of parts) sorted[part.index] = part;
  return sorted;
}
