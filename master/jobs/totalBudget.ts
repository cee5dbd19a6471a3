import { LONGEST_TIMER_MS } from "../../shared/async/timer.ts";
import { AppError } from "../../shared/errors.ts";
import { type Budgets, budgetsOf, type MaybeBudgets, raisedBy } from "../../shared/tasks/budgets.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { JobRecord } from "../record/job.ts";
import type { RunningJob } from "./runningJob.ts";

/** All time budgets of a job. */
export function jobBudgets(record: Pick<JobRecord, "task" | "budgets">, operator: MaybeBudgets): Budgets {
  const task = TASKS.find(({ name }) => name === record.task);
  return budgetsOf(task ?? {}, operator, record.budgets);
}

/** Stops a job that takes longer than its budget since its creation, restarts of the master included. */
export function endInTime(
  { createdAt }: Pick<JobRecord, "createdAt">,
  { total }: Budgets,
  job: Pick<RunningJob, "abort" | "ended">,
): void {
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const left = createdAt + total * 1000 - Date.now();
    if (left <= 0) job.abort(tooLong(total));
    else timer = setTimeout(look, Math.min(left, LONGEST_TIMER_MS)).unref();
  };
  look();
  void job.ended.finally(() => clearTimeout(timer));
}

function tooLong(seconds: number): AppError {
  return new AppError("job_too_long", `The job took longer than ${seconds} seconds. ${raisedBy("total")}`);
}
