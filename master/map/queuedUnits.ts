import { taskNamed } from "../../shared/tasks/registry.ts";
import type { UnitSpec } from "../../shared/tasks/task.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { mapId, unitId } from "../queue/unitId.ts";
import type { MapCall } from "./mapCall.ts";

/** The units of a map as the queue holds them. */
export function* queuedUnits(
  call: Pick<MapCall, "job" | "name" | "step" | "budgets">,
  units: Iterable<UnitSpec>,
): Generator<QueuedUnit> {
  const { job, step, budgets } = call;
  const map = mapId(job.id, call.name);
  const task = step.task ?? job.task;
  const stepVersion = taskNamed(task).steps[step.step]?.version ?? 0;
  const options = step.options ?? job.options;
  const unitBudgets = budgets && { running: budgets.running, silence: budgets.silence };
  let index = 0;
  for (const { files, args = {}, fileBudgets = Math.max(1, files.length) } of units) {
    yield {
      id: unitId(map, index),
      job: job.id,
      task,
      step: step.step,
      stepVersion,
      options,
      args,
      files,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      crashes: 0,
      losses: 0,
      priority: job.priority,
      client: job.client,
      budgets: unitBudgets,
      fileBudgets,
    };
    index += 1;
  }
}
