import type { Request, RequestHandler } from "express";
import type { z } from "zod";
import type { BulkAnswer } from "../../shared/contract/bulk.ts";
import { isFinal } from "../../shared/contract/jobs.ts";
import { bulkRetryWish, bulkWish } from "../../shared/contract/requests.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import { answerJson } from "../../shared/http/json.ts";
import { checked, firstFault, sentenceOf } from "../../shared/schema.ts";
import { type KeyedRequests, retryDigest } from "../jobs/requests.ts";
import { type RetryDeps, retryJob } from "../jobs/retry.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { CancelReason, JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { type PurgeDeps, purgeJob } from "../upkeep/purge.ts";
import type { Clients } from "./clients.ts";
import { jobSearch } from "./search/parse.ts";

export interface BulkDeps {
  readonly jobs: Pick<RecordOfJobs, "ids" | "get">;
  readonly clients: Pick<Clients, "onlyOf" | "nameOf">;
}

const BY_CLIENT: CancelReason = { code: "cancelled", message: "Cancelled by a client." };

export interface CancelJobsDeps extends BulkDeps {
  readonly runner: Pick<JobRunner, "cancel">;
}

/** `POST /jobs/cancel` */
export function cancelJobs(deps: CancelJobsDeps): RequestHandler {
  return async (req, res) => {
    const { q } = readWish(bulkWish, req.body);
    const answer = await changeEach(deps, { req, q }, async ({ id, state }) => {
      if (isFinal(state)) throw new AppError("job_over", `Job ${id} has ended already.`, { status: 409 });
      await deps.runner.cancel(id, BY_CLIENT);
      return id;
    });
    answerJson(res, answer);
  };
}

export interface DeleteJobsDeps extends BulkDeps {
  readonly purge: PurgeDeps;
}

/** `POST /jobs/delete` */
export function deleteJobs(deps: DeleteJobsDeps): RequestHandler {
  return async (req, res) => {
    const { q } = readWish(bulkWish, req.body);
    const answer = await changeEach(deps, { req, q }, async (job) => {
      if (!isFinal(job.state)) throw jobRunning(job);
      await purgeJob(deps.purge, job);
      return job.id;
    });
    answerJson(res, answer);
  };
}

export interface RetryJobsDeps extends BulkDeps {
  readonly retry: RetryDeps;
  readonly requests: Pick<KeyedRequests, "takeIn">;
}

/** `POST /jobs/retry`. A job that such a request retried with the same options is left alone. */
export function retryJobs(deps: RetryJobsDeps): RequestHandler {
  return async (req, res) => {
    const { q, options } = readWish(bulkRetryWish, req.body);
    const client = deps.clients.nameOf(req);
    const answer = await changeEach(deps, { req, q }, async (record) => {
      if (!isFinal(record.state)) throw jobRunning(record);
      const digest = retryDigest(record.id, { options });
      // A key of the client's own has no NUL.
      const asked = { client, key: `\0retry ${digest}`, digest, durable: true };
      const { job, repeated } = await deps.requests.takeIn(asked, (request) =>
        retryJob(deps.retry, { record, options, files: "failed" }, { client, request }),
      );
      if (repeated) throw alreadyRetried(record, job.id);
      return job.id;
    });
    answerJson(res, answer);
  };
}

interface Asked {
  readonly req: Request;
  readonly q: string;
}

/**
 * Changes each job that matches now, one after the other. An error of one is told, and the others go on.
 * @param change resolves with the id of the job that it changed or made
 */
async function changeEach(
  { jobs, clients }: BulkDeps,
  { req, q }: Asked,
  change: (job: JobRecord) => Promise<string>,
): Promise<BulkAnswer> {
  const search = jobSearch(q, Date.now());
  if (search.length === 0) throw noSearch();
  const client = clients.onlyOf(req);
  const ids = await jobs.ids({ search, ...(client === undefined ? {} : { client }) });
  const changed: string[] = [];
  const skipped: BulkAnswer["skipped"][number][] = [];
  for (const id of ids) {
    const job = await jobs.get(id);
    if (job === undefined) continue;
    try {
      changed.push(await change(job));
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "stopping") throw error;
      skipped.push({ id, code: error.code, error: error.message });
    }
  }
  return { total: ids.length, changed, skipped };
}

function jobRunning({ id }: JobRecord): AppError {
  return new AppError("job_running", `Job ${id} is not over yet.`, { status: 409 });
}

function alreadyRetried({ id }: JobRecord, by: string): AppError {
  return new AppError("already_retried", `Job ${id} was retried as job ${by}.`, { status: 409 });
}

/** @throws RequestError `bad_query` */
function readWish<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = checked(schema, body ?? {});
  if (parsed.success) return parsed.data;
  const fault = firstFault(parsed.error, "");
  throw new RequestError("bad_query", `${sentenceOf(fault)}.`, { details: { field: fault.field } });
}

function noSearch(): RequestError {
  return new RequestError("bad_query", "q must say which jobs, such as state:failed.", {
    details: { field: "q" },
  });
}
