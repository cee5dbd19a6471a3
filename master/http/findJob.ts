import type { Request } from "express";
import type { z } from "zod";
import { RequestError } from "../../shared/errors.ts";
import { checked, firstFault, sentenceOf } from "../../shared/schema.ts";
import type { FollowedJob } from "../jobs/followed.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { type Clients, noSuchJob } from "./clients.ts";

/** Deps of a route whose address names a job. */
export interface FindJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get">;
  readonly clients: Pick<Clients, "sees">;
}

export interface FollowJobDeps extends FindJobDeps {
  readonly runner: Pick<JobRunner, "follow">;
}

/** The job that the address names. @throws AppError `no_such_job` (404) */
export async function findJob({ jobs, clients }: FindJobDeps, req: Request): Promise<JobRecord> {
  const id = String(req.params.id);
  const job = await jobs.get(id);
  if (job === undefined || !clients.sees(req, job)) throw noSuchJob(id);
  return job;
}

/** @throws AppError `no_such_job` (404) */
export async function followJob(deps: FollowJobDeps, req: Request): Promise<FollowedJob> {
  const { id } = await findJob(deps, req);
  const job = await deps.runner.follow(id);
  if (job === undefined) throw noSuchJob(id);
  return job;
}

/** @throws RequestError `bad_query` */
export function readQuery<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = checked(schema, given);
  if (parsed.success) return parsed.data;
  const fault = firstFault(parsed.error, "");
  throw new RequestError("bad_query", `${sentenceOf(fault)}.`, { details: { field: fault.field } });
}
