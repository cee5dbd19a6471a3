import type { JobView } from "../../../shared/contract/jobs.ts";
import { isOver } from "../jobs/states.ts";

/** Ended jobs that a page keeps that is open for days: lists fetch what they show. */
const MOST_ENDED = 200;

/** The known jobs with those that changed, newest state last; of those that have ended the oldest are forgotten. */
export function keptJobs<Job extends Pick<JobView, "id" | "state">>(
  known: ReadonlyMap<string, Job>,
  changed: readonly Job[],
): ReadonlyMap<string, Job> {
  const jobs = new Map(known);
  for (const job of changed) jobs.set(job.id, job);
  if (jobs.size <= MOST_ENDED) return jobs;
  // Ids begin with their time.
  const ended = [...jobs.values()].filter(isOver).map(({ id }) => id);
  for (const id of ended.sort().slice(0, Math.max(0, ended.length - MOST_ENDED))) jobs.delete(id);
  return jobs;
}
