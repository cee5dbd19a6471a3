import type { z } from "zod";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { JobRecord } from "../../shared/job/port.ts";
import type { ByteStore } from "../../shared/store/port.ts";
import type { FollowedJob } from "../pipeline/followed.ts";
import type { IntakeParts } from "../pipeline/intake.ts";
import type { ResultsFolder } from "../pipeline/results.ts";

/** What the routes below `/jobs` work with. */
export interface JobsParts extends IntakeParts {
  readonly results: ResultsFolder;
  readonly store: ByteStore;
}

/** @throws AppError `no_such_job` (404) */
export async function jobOf(parts: JobsParts, params: object): Promise<JobRecord> {
  const { id } = params as { readonly id: string };
  return (await parts.jobs.get(id)) ?? noSuchJob(id);
}

/** @throws AppError `no_such_job` (404) */
export async function followedJob(parts: JobsParts, params: object): Promise<FollowedJob> {
  const { id } = params as { readonly id: string };
  return (await parts.runner.follow(id)) ?? noSuchJob(id);
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

function noSuchJob(id: string): never {
  throw new AppError("no_such_job", `There is no job ${id.slice(0, 64)}.`, { status: 404 });
}
