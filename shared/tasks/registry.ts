import { RequestError } from "../errors.ts";
import { audio } from "./audio/index.ts";
import { document } from "./document/index.ts";
import { embedding } from "./embedding/index.ts";
import { functionTask } from "./function/index.ts";
import { image } from "./image/index.ts";
import { mean } from "./mean/index.ts";
import { ocr } from "./ocr/index.ts";
import { predict } from "./predict/index.ts";
import type { TaskDefinition } from "./task.ts";
import { text } from "./text/index.ts";
import { train } from "./train/index.ts";

/** All tasks: each has a folder and an entry here. Routes, help, docs and tests derive from this list. */
export const TASKS: readonly TaskDefinition[] = [
  image,
  text,
  embedding,
  ocr,
  audio,
  document,
  mean,
  train,
  predict,
  functionTask,
];

const byName = new Map(TASKS.map((task) => [task.name, task]));

/** The task that the classic service assumes for a request without `task_type`. */
export const DEFAULT_TASK = "image";

/** @throws RequestError `unknown_task`, which lists the valid names. */
export function taskNamed(name: string): TaskDefinition {
  const task = byName.get(name);
  if (task !== undefined) return task;
  const valid = TASKS.map((known) => known.name);
  throw new RequestError("unknown_task", `Unknown task type: ${name}`, {
    details: { field: "task_type", valid_values: valid, hint: `Valid task types: ${valid.join(", ")}.` },
  });
}
