import { eachAtMost } from "../../shared/async/eachAtMost.ts";
import { isCode } from "../../shared/codes.ts";
import { isFinal, JOB_STATES } from "../../shared/contract/jobs.ts";
import { AppError } from "../../shared/errors.ts";
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

/** Jobs that ended shortly before the last master did, and those of them whose bytes are gone from the store. */
export interface RecentJobs {
  readonly jobs: number;
  readonly lost: readonly string[];
}

/** Restores the results of jobs that ended shortly before the last master did. @param isOwn false: of another master */
export async function restoreRecentJobs(
  jobs: RecordOfJobs,
  results: ResultWriter,
  isOwn: (job: JobRecord) => boolean = () => true,
): Promise<RecentJobs> {
  const ended: JobRecord[] = [];
  for (const state of JOB_STATES.filter(isFinal))
    ended.push(...(await jobs.list({ state, limit: RECENT_JOBS })));
  const newest = latest(ended.map(({ endedAt }) => endedAt));
  const recent = ended.filter((job) => isOwn(job) && (job.endedAt ?? 0) > newest - UNSAFE_MS);
  const lost: string[] = [];
  for (const job of recent) {
    try {
      await restoreJob(results, job, await jobs.files(job.id));
    } catch (error) {
      // A master with another data folder than the last one, or a backup without it.
      if (!(error instanceof AppError && isCode(error.code, "not_stored"))) throw error;
      lost.push(job.id);
    }
  }
  return { jobs: recent.length, lost };
}

async function restoreJob(
  results: ResultWriter,
  { id, task, attachments }: JobRecord,
  files: readonly FileRecord[],
): Promise<void> {
  await restoreResults(results, { id, task, files });
  for (const { name, key, bytes, replacedBy } of attachments)
    if (replacedBy === undefined) await results.restore({ job: id, task, name, key, bytes });
}

function latest(times: readonly (number | undefined)[]): number {
  return times.reduce<number>((newest, time = 0) => Math.max(newest, time), 0);
}
