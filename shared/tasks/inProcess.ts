import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalOutcome, type LocalUnit, localFile, runLocally } from "./local.ts";
import { taskNamed } from "./registry.ts";
import { stepFile } from "./stepFile.ts";
import type { StepOutput, TaskDefinition } from "./task.ts";

/** Does one unit in this very process, without a child: for children themselves, and for tests. */
export async function executeHere(task: TaskDefinition, unit: LocalUnit): Promise<StepOutput> {
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

/** Runs a task over files as a job would, here; outcomes in the order of the files. */
export async function processHere(
  task: TaskDefinition,
  files: readonly { readonly filename: string; readonly body: Uint8Array }[],
  options: object = {},
): Promise<LocalOutcome[]> {
  const outcomes: LocalOutcome[] = [];
  await runLocally(task, {
    options: task.options.parse(options),
    files: files.map(({ filename, body }) => localFile(filename, body)),
    // A run may send units to the steps of another task, as document does to ocr.
    execute: (unit) => executeHere(unit.task === task.name ? task : taskNamed(unit.task), unit),
    concurrency: 1,
    signal: new AbortController().signal,
    onResult: (index, outcome) => {
      outcomes[index] = outcome;
    },
  });
  return outcomes;
}
