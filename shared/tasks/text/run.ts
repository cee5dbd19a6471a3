import { type InputPart, type InputUnit, mapInputs, publishInputs, sharedFile, unitAt } from "../maps.ts";
import type { FileRef, InputFile, RunContext } from "../task.ts";
import type { TextOptions } from "./options.ts";

/** Bytes beyond which a file is counted in blocks by several slots; the result is the same. */
const LARGE = 4_000_000;

type Job = RunContext<TextOptions>;

/** A small file is one unit. For a large one `scan` finds the blocks, `block` counts each, `merge` adds them up. */
export async function run(job: Job): Promise<void> {
  const small = job.inputs.filter(({ bytes }) => bytes <= LARGE);
  const large = job.inputs.filter(({ bytes }) => bytes > LARGE);
  await Promise.all([publishInputs(job, "analyse", unitsOf(small)), analyseInBlocks(job, large)]);
}

function unitsOf(inputs: readonly InputFile[]): InputUnit[] {
  return inputs.map((input) => ({ input, files: [input] }));
}

async function analyseInBlocks(job: Job, inputs: readonly InputFile[]): Promise<void> {
  if (inputs.length === 0) return;
  const units = inputs.map((input) => ({ input, files: [sharedFile(input)] }));
  const scanned = await mapInputs(job, "scan", units);
  const tallies = await countBlocks(job, scanned);
  const complete = scanned.filter(({ input }) => tallies.has(input.index));
  const merges = complete.map(({ input, part: plan }) => ({
    input,
    files: [plan.file, ...(tallies.get(input.index) ?? [])],
    args: { filename: input.filename, sha256: input.sha256 },
  }));
  await publishInputs(job, "merge", merges);
}

/** Counts the blocks and returns their tallies in order by input; an input fails if one of its blocks fails. */
async function countBlocks(job: Job, scanned: readonly InputPart[]): Promise<Map<number, FileRef[]>> {
  const units = scanned.flatMap(({ input, part }) => {
    const files = [sharedFile(input), sharedFile(part.file)];
    return Array.from({ length: blocksOf(part) }, (_, block) => ({ files, args: { block } }));
  });
  const owners = scanned.flatMap(({ input, part }) => new Array<InputFile>(blocksOf(part)).fill(input));
  const tallies = new Map(scanned.map(({ input }) => [input.index, [] as FileRef[]]));
  for await (const part of job.map("blocks", "block", units)) {
    const { args } = unitAt(units, part.index);
    const index = owners[part.index]?.index ?? -1;
    const own = tallies.get(index);
    if (own === undefined) continue;
    if (part.ok) own[args.block] = part.file;
    else {
      tallies.delete(index);
      await job.publish(index, part);
    }
  }
  return tallies;
}

function blocksOf({ info }: InputPart["part"]): number {
  return Number(info?.blocks);
}
