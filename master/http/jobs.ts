import express, { type RequestHandler, Router } from "express";
import { z } from "zod";
import { isFinal, JOB_STATES, type JobDetail } from "../../shared/contract/jobs.ts";
import { purgeJob } from "../pipeline/purge.ts";
import { endsWithin } from "./assign.ts";
import { jobEvents } from "./events.ts";
import { followedJob, type JobsParts, jobOf, readQuery, viewParts } from "./jobParts.ts";
import { listResults, showResult, zipResults } from "./jobResults.ts";
import { MAX_WAIT_SECONDS } from "./prefer.ts";
import { retry } from "./retry.ts";
import { untilGone } from "./streams.ts";
import { fileView, jobView, statistics } from "./views.ts";

const listQuery = z.object({
  state: z.enum(JOB_STATES, `one of ${JOB_STATES.join(", ")}`).optional(),
  task: z.string().max(64).optional(),
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

const detailQuery = z.object({
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(0).max(100_000).default(100_000),
  wait: z.coerce.number().min(0).default(0),
});

const cancelQuery = z.object({
  purge: z
    .enum(["true", "false"], "true or false")
    .default("false")
    .transform((raw) => raw === "true"),
});

/** `/jobs` and what is below it. */
export function jobsRouter(parts: JobsParts): Router {
  const router = Router();
  router.get("/", listJobs(parts));
  router.get("/:id", showJob(parts));
  router.get("/:id/events", jobEvents(parts));
  router.get("/:id/results", listResults(parts));
  router.get("/:id/results.zip", zipResults(parts));
  router.get("/:id/results/:name", showResult(parts));
  router.post("/:id/retry", express.json({ limit: "64kb" }), retry(parts));
  router.delete("/:id", cancelJob(parts));
  return router;
}

function listJobs(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const { state, task, cursor, limit } = readQuery(listQuery, req.query);
    const client = parts.clients.onlyOf(req);
    const found = await parts.jobs.list({
      limit: limit + 1,
      ...(state === undefined ? {} : { state }),
      ...(task === undefined ? {} : { task }),
      ...(client === undefined ? {} : { client }),
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

/** With `wait=N` as soon as the job is over, or after N seconds. */
function showJob(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const { from, limit, wait } = readQuery(detailQuery, req.query);
    const before = await jobOf(parts, req);
    if (wait > 0 && !isFinal(before.state)) {
      const followed = await followedJob(parts, req);
      await endsWithin(followed, Math.min(wait, MAX_WAIT_SECONDS), untilGone(res));
    }
    const job = await jobOf(parts, req);
    const files = await parts.jobs.files(job.id, from, limit);
    const live = viewParts(parts, job);
    const detail: JobDetail = {
      ...jobView(job, live),
      statistics: statistics(job, files),
      files: files.map((file) => fileView(job, file, live)),
    };
    res.json(detail);
  };
}

/** Cancels; with `purge=true` everything of the job goes, its record too. */
function cancelJob(parts: JobsParts): RequestHandler {
  return async (req, res) => {
    const { purge } = readQuery(cancelQuery, req.query);
    const job = await jobOf(parts, req);
    const final = (await parts.runner.cancel(job.id, "Cancelled by a client.")) ?? job;
    if (purge) await purgeJob(parts, final);
    res.json({ ...jobView(final, parts), purged: purge });
  };
}
