import type { Request } from "express";
import type { z } from "zod";
import type { filesQuery } from "../../shared/contract/requests.ts";
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

/** Address of the page of files after this one. A client that asks for no files wants no next ones. */
export function nextPage(
  path: string,
  { total, q }: Pick<JobRecord, "total"> & { readonly q?: string | undefined },
  { from, limit }: z.infer<typeof filesQuery>,
): { readonly next?: string } {
  if (limit === 0 || from + limit >= total) return {};
  const search = q === undefined ? "" : `q=${encodeURIComponent(q)}&`;
  return { next: `${path}?${search}from=${from + limit}&limit=${limit}` };
}

/** @throws RequestError `bad_query` */
export function readQuery<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = checked(schema, given);
  if (parsed.success) return parsed.data;
  const fault = firstFault(parsed.error, "");
  throw new RequestError("bad_query", `${sentenceOf(fault)}.`, { details: { field: fault.field } });
}
