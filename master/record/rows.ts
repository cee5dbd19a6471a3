import type { CallbackState } from "../../shared/contract/callback.ts";
import type { JobState } from "../../shared/contract/jobs.ts";
import type { JsonObject, Part } from "../../shared/tasks/task.ts";
import type { JobWarning } from "../../shared/warnings.ts";
import type { JobCallbackRecord, WebhookTry } from "./callback.ts";
import type {
  Attachment,
  CachedResult,
  CacheWish,
  EndedWork,
  FileRecord,
  JobRecord,
  Speculation,
} from "./job.ts";
import { jobName } from "./jobName.ts";
import type { NewFile, NewJob } from "./newJob.ts";
import type { PartRecord } from "./part.ts";

/** Rows as every SQL driver reads and writes them: client text is JSON, and times and counts are numbers. */
export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

export interface JobFailure {
  readonly code?: string;
  readonly error?: string;
}

export function jobFrom(row: Row, attachments: readonly Attachment[]): JobRecord {
  return {
    id: String(row.id),
    name: row.name === null ? "" : json<string>(row.name),
    task: String(row.task),
    state: row.state as JobState,
    options: json<JsonObject>(row.options),
    priority: Number(row.priority),
    seed: Number(row.seed),
    total: Number(row.total),
    done: Number(row.done),
    failed: Number(row.failed),
    cancelled: Number(row.cancelled),
    bytes: Number(row.bytes),
    createdAt: Number(row.created_at),
    ...(row.started_at === null ? {} : { startedAt: Number(row.started_at) }),
    ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
    ...(row.secrets === null ? {} : { secrets: json<JsonObject>(row.secrets) }),
    ...requestFrom(row),
    ...(row.speculation === null ? {} : { speculation: json<Speculation>(row.speculation) }),
    ...(row.warnings === null ? {} : { warnings: json<readonly JobWarning[]>(row.warnings) }),
    ...(row.work === null ? {} : { work: json<EndedWork>(row.work) }),
    ...(row.failure === null ? {} : json<JobFailure>(row.failure)),
    attachments,
  };
}

/** What is on record of the request that made a job, if it is. */
function requestFrom(row: Row): Pick<JobRecord, "retryOf" | "cache" | "client" | "requestId" | "budgets"> {
  return {
    ...(row.retry_of === null ? {} : { retryOf: String(row.retry_of) }),
    ...(row.cache === null ? {} : { cache: row.cache as CacheWish }),
    ...(row.client === null ? {} : { client: String(row.client) }),
    ...(row.request_id === null ? {} : { requestId: String(row.request_id) }),
    ...(row.budgets === null ? {} : { budgets: json<NonNullable<JobRecord["budgets"]>>(row.budgets) }),
  };
}

export function failureOf({ code, error }: JobFailure): string | null {
  return code === undefined && error === undefined ? null : JSON.stringify({ code, error });
}

export function secretsOf({ secrets }: Pick<JobRecord, "secrets">): string | null {
  return secrets === undefined ? null : JSON.stringify(secrets);
}

export function warningsOf({ warnings }: Pick<JobRecord, "warnings">): string | null {
  return warnings === undefined ? null : JSON.stringify(warnings);
}

export function workOf({ work }: Pick<JobRecord, "work">): string | null {
  return work === undefined ? null : JSON.stringify(work);
}

export function attachmentFrom(row: Row): Attachment {
  const replaced = row.replaced_by === null ? {} : { replacedBy: String(row.replaced_by) };
  return { name: String(row.name), key: String(row.key), bytes: Number(row.bytes), ...replaced };
}

/** The record of a new job. */
export function queuedJob(job: NewJob): JobRecord {
  const { files, request: _, callback: target, ...fields } = job;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const counts = { total: files.length, done: 0, failed: 0, cancelled: 0, bytes };
  const name = fields.name ?? jobName(files);
  const callback = target && ({ ...target, state: "waiting", attempts: 0 } as const);
  const plain: JobRecord = { ...fields, name, state: "queued", ...counts, attachments: [] };
  return callback === undefined ? plain : { ...plain, callback };
}

export function queuedFile(
  { index, key, filename, path, bytes, sha256, cached, twinOf }: NewFile,
  resultName: string,
): FileRecord {
  const file = {
    index,
    key,
    filename,
    path,
    bytes,
    sha256,
    state: "queued",
    resultName,
    attempts: 0,
  } as const;
  if (twinOf !== undefined) return { ...file, twinOf };
  return cached === undefined ? file : { ...file, cached };
}

/** In the order of `INSERT INTO jobs`. */
export function newJobValues(job: JobRecord): Value[] {
  const { id, task, state, options, priority, seed, total, bytes, createdAt } = job;
  const { retryOf = null, client = null, requestId = null, cache = null } = job;
  const budgets = job.budgets === undefined ? null : JSON.stringify(job.budgets);
  return [
    id,
    task,
    state,
    JSON.stringify(options),
    priority,
    seed,
    total,
    bytes,
    createdAt,
    retryOf,
    client,
    budgets,
    secretsOf(job),
    JSON.stringify(job.name),
    requestId,
    cache,
  ];
}

/** In the order of `INSERT INTO files`. */
export function newFileValues(job: string, file: FileRecord): Value[] {
  const { index, state, key, bytes, sha256, filename, path, resultName, cached, twinOf = null } = file;
  const folders = path === undefined ? null : JSON.stringify(path);
  const known = cached === undefined ? null : JSON.stringify(cached);
  return [
    job,
    index,
    state,
    key,
    bytes,
    sha256,
    JSON.stringify(filename),
    folders,
    resultName,
    known,
    twinOf,
  ];
}

type Outcome = Pick<
  FileRecord,
  | "resultBytes"
  | "resultSha256"
  | "savedSeconds"
  | "reuseKey"
  | "summary"
  | "info"
  | "warnings"
  | "code"
  | "error"
  | "attempts"
  | "slave"
  | "seconds"
  | "startedAt"
  | "endedAt"
>;

export function outcomeOf(file: Outcome): string {
  const { resultBytes, resultSha256, savedSeconds, reuseKey, summary, info, code, error } = file;
  const { attempts, slave, seconds, startedAt, endedAt, warnings } = file;
  const outcome: { readonly [K in keyof Outcome]: Outcome[K] | undefined } = {
    resultBytes,
    resultSha256,
    savedSeconds,
    reuseKey,
    summary,
    info,
    warnings,
    code,
    error,
    attempts,
    slave,
    seconds,
    startedAt,
    endedAt,
  };
  return JSON.stringify(outcome);
}

export function fileFrom(row: Row): FileRecord {
  return {
    index: Number(row.idx),
    key: String(row.input_key),
    filename: json<string>(row.filename),
    ...(row.path === null ? {} : { path: json<string>(row.path) }),
    bytes: Number(row.bytes),
    sha256: String(row.sha256),
    state: row.state as FileRecord["state"],
    resultName: String(row.result_name),
    ...(row.replaced_by === null ? {} : { replacedBy: String(row.replaced_by) }),
    ...(row.result_key === null ? {} : { resultKey: String(row.result_key) }),
    ...(row.cached === null ? {} : { cached: json<CachedResult>(row.cached) }),
    ...(row.twin_of === null ? {} : { twinOf: Number(row.twin_of) }),
    attempts: 0,
    ...(row.outcome === null ? {} : json<Outcome>(row.outcome)),
    ...(row.end_order === null ? {} : { endOrder: Number(row.end_order) }),
  };
}

/** In the order of `INSERT INTO parts`. */
export function partValues(job: string, { map, digest, part, at }: PartRecord): Value[] {
  return [job, map, part.index, digest, part.ok ? part.file.key : null, JSON.stringify(part), at ?? null];
}

export function partFrom(row: Row): PartRecord {
  return {
    map: String(row.map),
    digest: String(row.digest),
    part: json<Part>(row.part),
    ...(row.stored_at === null ? {} : { at: Number(row.stored_at) }),
  };
}

export function callbackFrom(row: Row): JobCallbackRecord {
  return {
    url: String(row.url),
    fromLoopback: row.from_loopback === 1,
    state: row.state as CallbackState,
    attempts: Number(row.attempts),
    ...(row.next_at === null ? {} : { nextAt: Number(row.next_at) }),
    ...(row.last === null ? {} : json<Pick<WebhookTry, "lastStatus">>(row.last)),
  };
}

function json<T>(value: Value | undefined): T {
  return JSON.parse(String(value)) as T;
}
