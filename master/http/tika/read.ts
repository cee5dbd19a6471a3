import type { Request, Response } from "express";
import { isCode } from "../../../shared/codes.ts";
import { CodedError } from "../../../shared/errors.ts";
import { taskNamed } from "../../../shared/tasks/registry.ts";
import type { JsonObject } from "../../../shared/tasks/task.ts";
import { type IntakeDeps, jobSpecOf, takeIn } from "../../jobs/intake.ts";
import type { FileRecord, JobRecord } from "../../record/job.ts";
import { newJobId } from "../../record/jobId.ts";
import type { RecordOfJobs } from "../../record/port.ts";
import type { ByteStore } from "../../store/port.ts";
import { finalOf } from "../answers.ts";
import { readCache } from "../cacheField.ts";
import type { Clients } from "../clients.ts";
import { readPriority } from "../priority.ts";
import { requestTerm } from "../requestKey.ts";
import { untilGone } from "../streams.ts";
import type { UploadDeps } from "../upload.ts";
import { requireSlaves, type WaitingDeps, waitFor } from "../waiting.ts";
import { receiveBody, type TikaBody } from "./body.ts";

export interface TikaDeps {
  readonly upload: UploadDeps;
  readonly intake: IntakeDeps;
  readonly jobs: Pick<RecordOfJobs, "files">;
  readonly store: Pick<ByteStore, "read" | "remove">;
  readonly clients: Pick<Clients, "nameOf">;
  readonly waiting: WaitingDeps;
}

export interface TikaExchange {
  readonly req: Request;
  readonly res: Response;
}

/** How a body is read; undefined: not at all, and its kind is enough. */
export type Plan = { readonly task: string; readonly options: JsonObject } | undefined;

export interface TikaReading {
  readonly body: TikaBody;
  /** Result of the task; undefined where nothing was to be read. */
  readonly result: JsonObject | undefined;
}

/**
 * Takes the one file of a request, runs it as a job that ends when the client leaves, and gives its result.
 * @throws CodedError with the code of the file: 415 for contents that no task reads, else 422; 503 `no_slaves`; what an upload throws
 */
export async function readForTika(
  deps: TikaDeps,
  { req, res }: TikaExchange,
  plan: (body: TikaBody) => Plan,
): Promise<TikaReading> {
  requireSlaves(deps.waiting.registry);
  const id = newJobId();
  const body = await receiveBody(deps.upload, { req, res, id });
  const planned = plan(body);
  if (planned === undefined) {
    await deps.store.remove([body.stored.key]);
    return { body, result: undefined };
  }
  const { record, file } = await ended(
    deps,
    { req, res },
    await accepted(deps, { req, res }, { id, body, planned }),
  );
  if (file?.resultKey === undefined) throw refusalOf(record, file);
  return { body, result: JSON.parse((await deps.store.read(file.resultKey)).toString("utf8")) as JsonObject };
}

interface Accepted {
  readonly id: string;
  readonly body: TikaBody;
  readonly planned: NonNullable<Plan>;
}

async function accepted(
  { intake, clients, store }: TikaDeps,
  { req, res }: TikaExchange,
  { id, body: { stored, filename }, planned }: Accepted,
) {
  try {
    const file = { field: taskNamed(planned.task).field, filename, path: undefined, ...stored };
    const spec = jobSpecOf({
      id,
      taskType: planned.task,
      options: JSON.stringify(planned.options),
      priority: readPriority(req, undefined),
      cache: readCache(req.query.cache),
      files: [file],
      isClassic: false,
    });
    const terms = { durable: false, client: clients.nameOf(req), gone: untilGone(res), ...requestTerm(res) };
    return await takeIn(intake, spec, terms);
  } catch (error) {
    await store.remove([stored.key]);
    throw error;
  }
}

async function ended(
  { waiting, jobs }: TikaDeps,
  { res }: TikaExchange,
  job: Awaited<ReturnType<typeof accepted>>,
): Promise<{ readonly record: JobRecord; readonly file: FileRecord | undefined }> {
  const leave = waitFor(waiting, job, res);
  try {
    const record = finalOf(await job.ended);
    const [file] = await jobs.files(job.id, 0, 1);
    return { record, file };
  } finally {
    leave();
  }
}

/** Codes of contents that no task reads. */
const NOT_READ = ["wrong_type", "unsupported_format", "unsupported_encoding"];

function refusalOf({ id, code: ofJob, error: whyJob }: JobRecord, file: FileRecord | undefined): CodedError {
  const details = { job_id: id };
  if (ofJob !== undefined && isCode(ofJob, "no_slaves"))
    return new CodedError(ofJob, whyJob ?? "No slaves available", { status: 503, retryAfter: 5, details });
  const code = file?.code ?? ofJob ?? "no_result";
  const error = file?.error ?? whyJob ?? "The file has no result.";
  return new CodedError(code, error, { status: NOT_READ.includes(code) ? 415 : 422, details });
}
