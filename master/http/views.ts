import type { SlaveView, TaskView } from "../../shared/contract/about.ts";
import { type FileView, isFinal, type JobStatistics, type JobView } from "../../shared/contract/jobs.ts";
import { optionsSchema, shownOptions } from "../../shared/tasks/options.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { JsonObject, TaskDefinition } from "../../shared/tasks/task.ts";
import { tasksOf } from "../classic/kind.ts";
import type { Slave } from "../fleet/slave.ts";
import type { LiveProgress } from "../map/progress.ts";
import type { Attachment, FileRecord, JobRecord, Speculation } from "../record/job.ts";
import type { ResultsFolder } from "../results/results.ts";
import { callbackView } from "./callbackView.ts";
import type { Sight } from "./clients.ts";
import { percentilesView } from "./percentiles.ts";

/** Where clients find results. */
type ResultPlaces = Pick<ResultsFolder, "savedAs" | "url">;

export function fileView(job: FileOfJob, file: FileRecord, { results, live }: ViewDeps): FileView {
  const { index, filename, path = filename, bytes, sha256, attempts } = file;
  const placing = file.state === "done" && live?.isPlacing(index) === true;
  const running = placing || (file.state === "queued" && live?.isRunning(index) === true);
  return {
    index,
    filename,
    path,
    state: running ? "running" : file.state,
    bytes,
    sha256,
    ...(file.state === "done" && !placing ? resultView(job, file, results) : {}),
    ...given({
      code: file.code,
      error: file.error,
      slave: file.slave,
      seconds: file.seconds === undefined ? undefined : rounded(file.seconds),
      parts: file.state === "queued" ? live?.partsOf?.(index) : undefined,
    }),
    ...cachedView(job, file),
    ...timesView(job, file, file.startedAt ?? (running ? live?.startedAt(index) : undefined)),
    attempts,
  };
}

/** Members of a job that the views of its files show. */
export type FileOfJob = Pick<JobRecord, "id" | "task" | "createdAt">;

export interface ViewDeps {
  readonly results: ResultPlaces;
  readonly live?: LiveProgress | undefined;
}

/** A file waits from the creation of the job until a slave begins with it, and runs from there to its end. */
function timesView({ createdAt }: FileOfJob, { endedAt }: FileRecord, startedAt: number | undefined) {
  const now = Date.now();
  return given({
    started_at: startedAt === undefined ? undefined : isoTime(startedAt),
    ended_at: endedAt === undefined ? undefined : isoTime(endedAt),
    queue_seconds: startedAt === undefined ? undefined : rounded(secondsBetween(createdAt, startedAt)),
    wait_seconds: rounded(secondsBetween(createdAt, startedAt ?? endedAt ?? now)),
    run_seconds: startedAt === undefined ? undefined : rounded(secondsBetween(startedAt, endedAt ?? now)),
  });
}

/** The job whose slaves made the result, when they did not make it for this file. */
function cachedView({ id }: FileOfJob, { cached, savedSeconds }: FileRecord) {
  if (cached === undefined && savedSeconds === undefined) return {};
  return { cached: true, cached_from: cached?.job ?? id } as const;
}

function resultView(job: Pick<JobRecord, "id" | "task">, file: FileRecord, results: ResultPlaces) {
  return {
    ...placeView(job, { name: file.resultName, replacedBy: file.replacedBy }, results),
    ...given({
      result_bytes: file.resultBytes,
      result_sha256: file.resultSha256,
      summary: file.summary,
      info: file.info,
      warnings: file.warnings,
    }),
  };
}

/** Path and address of a result. A result whose name a later job took is only at the address of its own job. */
function placeView(
  { id, task }: Pick<JobRecord, "id" | "task">,
  { name, replacedBy }: Pick<Attachment, "name"> & { readonly replacedBy?: string | undefined },
  results: ResultPlaces,
) {
  if (replacedBy === undefined)
    return { saved_as: results.savedAs(task, name), url: results.url(task, name) };
  return { url: `/jobs/${id}/results/${encodeURIComponent(name)}`, replaced_by: replacedBy };
}

export function jobView(job: JobRecord, { results, live }: ViewDeps): JobView {
  const { total, done, failed, cancelled } = job;
  const running = live?.running() ?? 0;
  const left = total - done - failed - cancelled;
  return {
    kind: "job",
    id: job.id,
    job_id: job.id,
    name: job.name,
    task_type: job.task,
    state: job.state,
    options: shownOptions(job),
    priority: job.priority,
    counts: {
      total,
      queued: Math.max(0, left - running),
      running: Math.min(left, running),
      done,
      failed,
      cancelled,
    },
    bytes: job.bytes,
    created_at: isoTime(job.createdAt),
    ...given({
      started_at: job.startedAt === undefined ? undefined : isoTime(job.startedAt),
      ended_at: job.endedAt === undefined ? undefined : isoTime(job.endedAt),
      code: job.code,
      error: job.error,
      retry_of: job.retryOf,
      cache: job.cache,
      cached_files: job.work?.cached,
    }),
    ...callbackView(job),
    ...(isFinal(job.state) ? {} : live?.outlook(job)),
    attachments: job.attachments.map((attachment) => ({
      name: attachment.name,
      ...placeView(job, attachment, results),
    })),
    warnings: job.warnings ?? [],
    url: `/jobs/${job.id}`,
  };
}

/** Sums over all files of the job that have ended, whichever of them are shown. */
export function statistics(job: JobRecord): JobStatistics {
  const { createdAt, work } = job;
  const end = job.endedAt ?? Date.now();
  const start = work?.startedAt ?? job.startedAt ?? end;
  const run = secondsBetween(start, end);
  return {
    seconds: rounded(secondsBetween(createdAt, end)),
    queue_seconds: rounded(secondsBetween(createdAt, start)),
    run_seconds: rounded(run),
    slave_seconds: rounded(work?.seconds ?? 0),
    input_bytes: job.bytes,
    result_bytes: work?.resultBytes ?? 0,
    files_per_second: run > 0 ? rounded((job.done + job.failed) / run) : 0,
    slaves: work?.slaves ?? {},
    ...given({
      cached_files: work?.cached,
      cached_seconds: work?.savedSeconds === undefined ? undefined : rounded(work.savedSeconds),
      file_wait_seconds: percentilesView(work?.waits),
      file_run_seconds: percentilesView(work?.runs),
    }),
    ...speculationView(job.speculation),
  };
}

/** Counts of second copies of late units; zeros when there were none. */
export function speculationView(speculation: Speculation = NO_COPIES) {
  const { copies, copiesFirst, secondsSaved } = speculation;
  return { speculative_copies: copies, copies_first: copiesFirst, seconds_saved: rounded(secondsSaved) };
}

const NO_COPIES: Speculation = { copies: 0, copiesFirst: 0, secondsSaved: 0 };

/** The names of files in work are shown only when every client may see all jobs. */
export function slaveView(slave: Slave, sight: Sight): SlaveView {
  const { id, name, state, classic, slots, work, status } = slave;
  return {
    id,
    name,
    address: slave.address,
    connect: slave.connect,
    state,
    classic,
    slots,
    busy: work.busyOf(slots),
    waiting: work.units - work.busyOf(slots),
    tasks: tasksOf(slave),
    done: work.done,
    failed: work.failed,
    ...given({
      reason: slave.reason,
      version: slave.version,
      last_seen: slave.lastSeen === undefined ? undefined : isoTime(slave.lastSeen),
      cpu: status?.cpu === undefined ? undefined : rounded(status.cpu),
      memory: status?.memory,
      working_on: sight === "all" ? status?.working_on?.map(roundedWork) : undefined,
    }),
  };
}

function roundedWork<T extends { readonly seconds: number }>(work: T): T {
  return { ...work, seconds: rounded(work.seconds) };
}

export function taskView(task: TaskDefinition, choices?: TaskView["choices"]): TaskView {
  const { name, title, summary, field, extensions } = task;
  return {
    task_type: name,
    title,
    summary,
    field,
    extensions,
    options: optionsSchema(task) as JsonObject,
    ...(choices === undefined ? {} : { choices }),
    result: task.resultName("<name>", task.options.parse({})),
  };
}

/** Whether the results of this job are JSON, so that an answer may carry them inline. */
export function hasJsonResults(job: JobRecord): boolean {
  const task = taskNamed(job.task);
  return task.resultType(task.options.parse(job.options)) === "application/json";
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

/** Times in milliseconds. 0 when the clock was set back between them. */
function secondsBetween(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Members of a JSON answer; JSON leaves out those that are undefined. */
function given<T extends object>(members: T): Given<T> {
  return members as Given<T>;
}
