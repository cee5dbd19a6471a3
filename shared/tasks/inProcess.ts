import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalOutcome, type LocalUnit, localFile, runLocally } from "./local.ts";
import { stepFile } from "./stepFile.ts";
import type { StepOutput, TaskDefinition } from "./task.ts";

/** Does one unit in this process, without a child: for tests of tasks. The unit must be of a step of the task. */
export async function executeHere(task: TaskDefinition, unit: LocalUnit): Promise<StepOutput> {
  if (unit.task !== task.name) throw new Error(`${task.name} has no steps of the task ${unit.task}`);
  const { steps } = await task.load();
  const step = steps[unit.step];
  if (step === undefined) throw new Error(`task ${task.name} has no step ${unit.step}`);
  const folder = await mkdtemp(join(tmpdir(), "manyhands-unit-"));
  try {
    const input = { task, files: unit.files.map(stepFile), args: unit.args, options: unit.options };
    const output = await step(input, { folder, progress: () => undefined });
    if (output.body instanceof Uint8Array) return output;
    return { ...output, body: await readFile(output.body.path) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a task over files as a job does, in this process; gives outcomes in the order of the files.
 * @param tasks the task, or the task followed by others whose steps its `run` uses
 */
export async function processHere(
  tasks: TaskDefinition | readonly [TaskDefinition, ...TaskDefinition[]],
  files: readonly { readonly filename: string; readonly body: Uint8Array }[],
  options: object = {},
): Promise<LocalOutcome[]> {
  const [task, ...others] = "name" in tasks ? [tasks] : tasks;
  const outcomes: LocalOutcome[] = [];
  await runLocally(task, {
    options: task.options.parse(options),
    files: files.map(({ filename, body }) => localFile(filename, body)),
    execute: (unit) => executeHere(others.find(({ name }) => name === unit.task) ?? task, unit),
    concurrency: 1,
    signal: new AbortController().signal,
    onResult: (index, outcome) => {
      outcomes[index] = outcome;
    },
  });
  return outcomes;
}
