import { AppError } from "../../shared/errors.ts";
import { type Budgets, budgetsOf, type MaybeBudgets, raisedBy } from "../../shared/tasks/budgets.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { JobRecord } from "../record/port.ts";

/** A timer of Node takes no more at a time. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The budgets of a job, all of them. */
export function jobBudgets(record: Pick<JobRecord, "task" | "budgets">, operator: MaybeBudgets): Budgets {
  const task = TASKS.find(({ name }) => name === record.task);
  return budgetsOf(task ?? {}, operator, record.budgets);
}

/** Ends a job that takes too long since its upload, restarts of the master included; what is done stays. */
export function endInTime(
  { createdAt }: Pick<JobRecord, "createdAt">,
  { total }: Budgets,
  job: { readonly controller: AbortController; readonly ended: Promise<unknown> },
): void {
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const left = createdAt + total * 1000 - Date.now();
    if (left <= 0) job.controller.abort(tooLong(total));
    else timer = setTimeout(look, Math.min(left, LONGEST_TIMER_MS)).unref();
  };
  look();
  void job.ended.finally(() => clearTimeout(timer));
}

export function isTooLong(reason: unknown): boolean {
  return reason instanceof AppError && reason.code === "job_too_long";
}

function tooLong(seconds: number): AppError {
  return new AppError("job_too_long", `The job took longer than ${seconds} seconds. ${raisedBy("total")}`);
}
