import { eachAtMost } from "../../shared/async/eachAtMost.ts";
import { isFinal, JOB_STATES } from "../../shared/contract/jobs.ts";
import type { FileRecord, JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultWriter } from "./resultWriter.ts";

/**
 * A power loss may have removed or cut off results that ended up to this long before the newest one: files of the
 * results folder are not synced, and the system writes them to the disk within about half a minute.
 */
const UNSAFE_MS = 60_000;
/** Files that are compared at the same time. */
const FILES_AT_ONCE = 16;
/** Newest jobs of each final state among which jobs of the last minute are searched. */
const RECENT_JOBS = 1_000;

export interface RestoredJob extends Pick<JobRecord, "id" | "task"> {
  readonly files: readonly FileRecord[];
  readonly isStopping?: () => boolean;
}

/**
 * Writes the results of a job again that a kill or a power loss removed from the results folder or cut off; leaves the
 * rest to the next start once the master stops.
 */
export async function restoreResults(
  results: ResultWriter,
  { id: job, task, files, isStopping = () => false }: RestoredJob,
): Promise<void> {
  const newest = latest(files.map(({ endedAt }) => endedAt));
  const restoreOne = async ({ index, resultName: name, endedAt, ...file }: FileRecord) => {
    const { resultKey: key, resultBytes: bytes, resultSha256 } = file;
    if (key === undefined || bytes === undefined || isStopping()) return;
    const unsafe = (endedAt ?? newest) > newest - UNSAFE_MS;
    const digest = unsafe && resultSha256 !== undefined ? { sha256: resultSha256 } : {};
    await results.restore({ job, index, task, name, key, bytes, ...digest });
  };
  const done = files.filter(({ state, replacedBy }) => state === "done" && replacedBy === undefined);
  await eachAtMost(done, FILES_AT_ONCE, restoreOne);
}

/** Restores the results of jobs that ended shortly before the last master did. Resolves with the number of those jobs. */
export async function restoreRecentJobs(jobs: RecordOfJobs, results: ResultWriter): Promise<number> {
  const ended: JobRecord[] = [];
  for (const state of JOB_STATES.filter(isFinal))
    ended.push(...(await jobs.list({ state, limit: RECENT_JOBS })));
  const newest = latest(ended.map(({ endedAt }) => endedAt));
  const recent = ended.filter(({ endedAt = 0 }) => endedAt > newest - UNSAFE_MS);
  for (const job of recent) {
    await restoreResults(results, { id: job.id, task: job.task, files: await jobs.files(job.id) });
    for (const { name, key, bytes, replacedBy } of job.attachments)
      if (replacedBy === undefined) await results.restore({ job: job.id, task: job.task, name, key, bytes });
  }
  return recent.length;
}

function latest(times: readonly (number | undefined)[]): number {
  return times.reduce<number>((newest, time = 0) => Math.max(newest, time), 0);
}
