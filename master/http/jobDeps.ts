import type { Request } from "express";
import type { z } from "zod";
import { RequestError } from "../../shared/errors.ts";
import type { FollowedJob } from "../jobs/followed.ts";
import type { IntakeDeps } from "../jobs/intake.ts";
import type { KeyedRequests } from "../jobs/requests.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { JobRecord } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { ByteStore } from "../store/port.ts";
import { type Clients, noSuchJob } from "./clients.ts";

/** What the routes below `/jobs` work with. */
export interface JobsDeps extends IntakeDeps {
  readonly results: ResultsFolder;
  readonly store: ByteStore;
  readonly clients: Clients;
  readonly requests: KeyedRequests;
}

/** Where jobs are found, for those who may see them. */
export interface JobSource extends Pick<JobsDeps, "jobs" | "clients"> {
  readonly runner: Pick<JobRunner, "follow" | "get">;
}

/** @throws AppError `no_such_job` (404) */
export async function jobOf(deps: Pick<JobSource, "jobs" | "clients">, req: Request): Promise<JobRecord> {
  const id = String(req.params.id);
  const job = await deps.jobs.get(id);
  if (job === undefined || !deps.clients.sees(req, job)) throw noSuchJob(id);
  return job;
}

/** @throws AppError `no_such_job` (404) */
export async function followedJob(deps: JobSource, req: Request): Promise<FollowedJob> {
  const { id } = await jobOf(deps, req);
  const job = await deps.runner.follow(id);
  if (job === undefined) throw noSuchJob(id);
  return job;
}

export function viewParts(deps: JobsDeps, job: JobRecord) {
  return { results: deps.results, live: deps.runner.get(job.id)?.progress };
}

/** @throws RequestError `bad_query` */
export function readQuery<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "query";
  throw new RequestError("bad_query", `${field}: ${issue?.message ?? "not valid"}`, { details: { field } });
}
