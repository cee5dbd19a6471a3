import type {
  FileRef,
  InputFile,
  Part,
  PartDone,
  RunContext,
  TaskDefinition,
  UnitFile,
  UnitSpec,
} from "./task.ts";

/** Collects the parts of a map in the order of its units, which a replay repeats. */
export async function inIndexOrder(parts: AsyncIterable<Part>): Promise<Part[]> {
  const ordered: Part[] = [];
  for await (const part of parts) ordered[part.index] = part;
  return ordered;
}

/** A file that several units of a job read: it is sent to each slave once. To be made once, not for each unit. */
export function sharedFile(file: FileRef): UnitFile {
  return { ...file, shared: true };
}

/** The main step of a task; each task without a `run` has one. */
export function mainStepOf({ name, mainStep }: TaskDefinition): string {
  if (mainStep === undefined) throw new Error(`task ${name} has no main step`);
  return mainStep;
}

/** Default `run` of a task: one unit for each file; each part is published when it comes. */
export async function runOverFiles(step: string, job: RunContext): Promise<void> {
  const units = job.inputs.map((file) => ({ files: [file] }));
  for await (const part of job.map("main", step, units)) await job.publish(inputAt(job, part).index, part);
}

/** The input of a part of a map with one unit for each input. @throws Error if the job has no such input */
export function inputAt({ inputs }: Pick<RunContext, "inputs">, { index }: Pick<Part, "index">): InputFile {
  const input = inputs[index];
  if (input === undefined) throw new Error(`a part came for input ${index} of ${inputs.length}`);
  return input;
}

/** A unit that works for one input of the job: if the unit fails, the input fails. */
export interface InputUnit extends UnitSpec {
  readonly input: InputFile;
}

/** An input with the part that a map made for it. */
export interface InputPart {
  readonly input: InputFile;
  readonly part: PartDone;
}

/** Maps a step over the units; publishes failures when they come and returns the other parts in the order of the units. */
export async function mapInputs(
  job: RunContext,
  step: string,
  units: readonly InputUnit[],
): Promise<InputPart[]> {
  const parts = new Array<InputPart | undefined>(units.length);
  for await (const part of job.map(step, step, units.map(withoutInput))) {
    const { input } = unitAt(units, part.index);
    if (part.ok) parts[part.index] = { input, part };
    else await job.publish(input.index, part);
  }
  return parts.filter((part) => part !== undefined);
}

/** Maps a step over the units; publishes every part when it comes. */
export async function publishInputs(
  job: RunContext,
  step: string,
  units: readonly InputUnit[],
): Promise<void> {
  for await (const part of job.map(step, step, units.map(withoutInput))) {
    await job.publish(unitAt(units, part.index).input.index, part);
  }
}

function withoutInput({ input: _, ...unit }: InputUnit): UnitSpec {
  return unit;
}

/** @throws Error if the map had no unit of this index */
export function unitAt<Unit extends UnitSpec>(units: readonly Unit[], index: number): Unit {
  const unit = units[index];
  if (unit === undefined) throw new Error(`a part came for unit ${index} of ${units.length}`);
  return unit;
}
