import type { Request } from "express";
import type { z } from "zod";
import { RequestError } from "../../shared/errors.ts";
import type { JobRecord } from "../../shared/job/port.ts";
import type { ByteStore } from "../../shared/store/port.ts";
import type { FollowedJob } from "../pipeline/followed.ts";
import type { IntakeParts } from "../pipeline/intake.ts";
import type { KeyedRequests } from "../pipeline/requests.ts";
import type { ResultsFolder } from "../pipeline/results.ts";
import type { JobRunner } from "../pipeline/runner.ts";
import { type Clients, noSuchJob } from "./clients.ts";

/** What the routes below `/jobs` work with. */
export interface JobsParts extends IntakeParts {
  readonly results: ResultsFolder;
  readonly store: ByteStore;
  readonly clients: Clients;
  readonly requests: KeyedRequests;
}

/** Where jobs are found, for those who may see them. */
export interface JobSource extends Pick<JobsParts, "jobs" | "clients"> {
  readonly runner: Pick<JobRunner, "follow" | "get">;
}

/** @throws AppError `no_such_job` (404) */
export async function jobOf(parts: Pick<JobSource, "jobs" | "clients">, req: Request): Promise<JobRecord> {
  const id = String(req.params.id);
  const job = await parts.jobs.get(id);
  if (job === undefined || !parts.clients.sees(req, job)) throw noSuchJob(id);
  return job;
}

/** @throws AppError `no_such_job` (404) */
export async function followedJob(parts: JobSource, req: Request): Promise<FollowedJob> {
  const { id } = await jobOf(parts, req);
  const job = await parts.runner.follow(id);
  if (job === undefined) throw noSuchJob(id);
  return job;
}

export function viewParts(parts: JobsParts, job: JobRecord) {
  return { results: parts.results, live: parts.runner.get(job.id)?.progress };
}

/** @throws RequestError `bad_query` */
export function readQuery<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "query";
  throw new RequestError("bad_query", `${field}: ${issue?.message ?? "not valid"}`, { details: { field } });
}
