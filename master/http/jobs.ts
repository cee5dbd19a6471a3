import { type RequestHandler, Router } from "express";
import { z } from "zod";
import { FILE_STATES, JOB_STATES, type JobDetail } from "../../shared/contract/jobs.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { JobRecord, JobStore } from "../../shared/job/port.ts";
import type { ResultsFolder } from "../pipeline/results.ts";
import type { JobRunner } from "../pipeline/runner.ts";
import { fileView, jobView, statistics } from "./views.ts";

export interface JobsParts {
  readonly jobs: JobStore;
  readonly runner: JobRunner;
  readonly results: ResultsFolder;
}

const listQuery = z.object({
  state: z.enum(JOB_STATES, `one of ${JOB_STATES.join(", ")}`).optional(),
  task: z.string().max(64).optional(),
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

const detailQuery = z.object({
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(0).max(100_000).default(100_000),
});

/** `/jobs` and what is below it. */
export function jobsRouter(parts: JobsParts): Router {
  const router = Router();
  router.get("/", listJobs(parts));
  router.get("/:id", showJob(parts));
  router.get("/:id/results", listResults(parts));
  router.get("/:id/results/:name", showResult(parts));
  router.delete("/:id", cancelJob(parts));
  return router;
}

function listJobs(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const { state, task, cursor, limit } = query(listQuery, req.query);
    const found = await parts.jobs.list({
      limit: limit + 1,
      ...(state === undefined ? {} : { state }),
      ...(task === undefined ? {} : { task }),
      ...(cursor === undefined ? {} : { before: cursor }),
    });
    const jobs = found.slice(0, limit);
    const next = found.length > limit ? jobs.at(-1)?.id : undefined;
    res.json({
      jobs: jobs.map((job) => jobView(job, viewParts(parts, job))),
      ...(next === undefined ? {} : { next_cursor: next }),
    });
  };
}

function showJob(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const job = await jobOf(parts, req.params);
    const { from, limit } = query(detailQuery, req.query);
    const files = await parts.jobs.files(job.id, from, limit);
    const live = viewParts(parts, job);
    const detail: JobDetail = {
      ...jobView(job, live),
      statistics: statistics(job, files),
      files: files.map((file) => fileView(job.task, file, live)),
    };
    res.json(detail);
  };
}

function listResults(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const job = await jobOf(parts, req.params);
    const files = await parts.jobs.files(job.id);
    const done = files.filter((file) => file.state === FILE_STATES[2]);
    res.json({
      job_id: job.id,
      results: done.map((file) => ({ name: file.resultName, ...fileView(job.task, file, parts) })),
      attachments: jobView(job, parts).attachments,
    });
  };
}

function showResult(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const job = await jobOf(parts, req.params);
    const name = String(req.params.name);
    const owner = await parts.jobs.owner(job.task, name);
    if (owner?.job !== job.id)
      throw new AppError("no_such_result", "This job has no such result.", { status: 404 });
    res.redirect(307, parts.results.url(job.task, name));
  };
}

function cancelJob(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const job = await jobOf(parts, req.params);
    const final = (await parts.runner.cancel(job.id, "Cancelled by a client.")) ?? job;
    res.json(jobView(final, parts));
  };
}

async function jobOf(parts: JobsParts, params: object): Promise<JobRecord> {
  const { id } = params as { readonly id: string };
  const job = await parts.jobs.get(id);
  if (job === undefined)
    throw new AppError("no_such_job", `There is no job ${id.slice(0, 64)}.`, { status: 404 });
  return job;
}

function viewParts(parts: JobsParts, job: JobRecord) {
  return { results: parts.results, live: parts.runner.get(job.id)?.progress };
}

function query<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "query";
  throw new RequestError("bad_query", `${field}: ${issue?.message ?? "not valid"}`, { details: { field } });
}
