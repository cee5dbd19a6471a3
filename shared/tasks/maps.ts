import type { InputFile, Part, PartDone, RunContext, TaskDefinition, UnitSpec } from "./task.ts";

/** The parts of a map in the order of its units, which is what a replay sees again. */
export async function inIndexOrder(parts: AsyncIterable<Part>): Promise<Part[]> {
  const ordered: Part[] = [];
  for await (const part of parts) ordered[part.index] = part;
  return ordered;
}

/** The step of a task without a `run`; such a task has one. */
export function mainStepOf({ name, mainStep }: TaskDefinition): string {
  if (mainStep === undefined) throw new Error(`task ${name} has no main step`);
  return mainStep;
}

/** The `run` of a task that has none: one unit for each file, each part published as it comes. */
export async function runOverFiles(step: string, job: RunContext): Promise<void> {
  const units = job.inputs.map((file) => ({ files: [file] }));
  for await (const part of job.map("main", step, units)) await job.publish(part.index, part);
}

/** A unit that belongs to one input of the job: if it fails, that input fails. */
export interface InputUnit extends UnitSpec {
  readonly input: InputFile;
}

/** An input that came through a map, with its part. */
export interface InputPart {
  readonly input: InputFile;
  readonly part: PartDone;
}

/** Does a step over the units; publishes failures as they come and gives the other parts in the order of the units. */
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

/** Does a step over the units; publishes every part as it comes. */
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

/** @throws Error for a part of a unit that the map was not given */
export function unitAt<Unit extends UnitSpec>(units: readonly Unit[], index: number): Unit {
  const unit = units[index];
  if (unit === undefined) throw new Error(`a part came for unit ${index} of ${units.length}`);
  return unit;
}
