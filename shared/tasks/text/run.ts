import type { FileRef, InputFile, RunContext, UnitSpec } from "../task.ts";
import type { TextOptions } from "./options.ts";

/** Files beyond this are worked on block by block, by as many slots as are free; the result is the same. */
const LARGE = 4_000_000;

type Job = RunContext<TextOptions>;

/** Small files: one unit each. Large ones: `scan` finds the blocks, `block` counts each, `merge` adds them up. */
export async function runText(job: Job): Promise<void> {
  const small = job.inputs.filter(({ bytes }) => bytes <= LARGE);
  const large = job.inputs.filter(({ bytes }) => bytes > LARGE);
  const whole = small.map((input) => ({ input, files: [input], args: {} }));
  await Promise.all([publishUnits(job, "analyse", whole), analyseInBlocks(job, large)]);
}

interface AnalyseUnit extends Required<UnitSpec> {
  readonly input: InputFile;
}

interface Planned {
  readonly input: InputFile;
  readonly plan: FileRef;
  readonly blocks: number;
}

async function analyseInBlocks(job: Job, inputs: readonly InputFile[]): Promise<void> {
  if (inputs.length === 0) return;
  const planned = await scanFiles(job, inputs);
  const tallies = await countBlocks(job, planned);
  const complete = planned.filter(({ input }) => tallies.has(input.index));
  const units = complete.map(({ input, plan }) => ({
    input,
    files: [plan, ...(tallies.get(input.index) ?? [])],
    args: { filename: input.filename, sha256: input.sha256 },
  }));
  await publishUnits(job, "merge", units);
}

async function scanFiles(job: Job, inputs: readonly InputFile[]): Promise<Planned[]> {
  const plans = new Map<number, FileRef>();
  for await (const part of job.map(
    "scan",
    "scan",
    inputs.map((input) => ({ files: [input] })),
  )) {
    const input = at(inputs, part.index);
    if (part.ok) plans.set(input.index, part.file);
    else await job.publish(input.index, part);
  }
  const planned: Planned[] = [];
  for (const input of inputs) {
    const plan = plans.get(input.index);
    if (plan === undefined) continue;
    const { spans }: { spans: readonly unknown[] } = JSON.parse((await job.read(plan)).toString("utf8"));
    planned.push({ input, plan, blocks: spans.length });
  }
  return planned;
}

/** The tallies of each file's blocks in their order; a file whose block failed is published as failed. */
async function countBlocks(job: Job, planned: readonly Planned[]): Promise<Map<number, FileRef[]>> {
  const units = planned.flatMap(({ input, plan, blocks }) =>
    Array.from({ length: blocks }, (_, block) => ({ input, files: [input, plan], args: { block } })),
  );
  const tallies = new Map(planned.map(({ input, blocks }) => [input.index, new Array<FileRef>(blocks)]));
  for await (const part of job.map("blocks", "block", units.map(withoutInput))) {
    const { input, args } = at(units, part.index);
    const own = tallies.get(input.index);
    if (own === undefined) continue;
    if (part.ok) own[args.block] = part.file;
    else {
      tallies.delete(input.index);
      await job.publish(input.index, part);
    }
  }
  return tallies;
}

async function publishUnits(job: Job, step: string, units: readonly AnalyseUnit[]): Promise<void> {
  for await (const part of job.map(step, step, units.map(withoutInput))) {
    await job.publish(at(units, part.index).input.index, part);
  }
}

function withoutInput({ files, args }: AnalyseUnit): UnitSpec {
  return { files, args };
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`a part came for unit ${index} of ${items.length}`);
  return item;
}
