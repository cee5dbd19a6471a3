import type { RequestHandler } from "express";
import type { z } from "zod";
import { type CancelledJob, isFinal, type JobDetail, type JobList } from "../../shared/contract/jobs.ts";
import { cancelQuery, jobQuery, jobsQuery, MAX_WAIT_SECONDS } from "../../shared/contract/requests.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { JobFilter } from "../record/port.ts";
import { purgeJob } from "../upkeep/purge.ts";
import { endsWithin } from "./answers.ts";
import { followedJob, type JobsDeps, jobOf, readQuery, viewParts } from "./jobDeps.ts";
import { untilGone } from "./streams.ts";
import { fileView, jobView, statistics } from "./views.ts";

/** `GET /jobs`: newest first. */
export function listJobs(deps: JobsDeps): RequestHandler {
  return async (req, res) => {
    const { limit, ...asked } = readQuery(jobsQuery, req.query);
    if (asked.task !== undefined) taskNamed(asked.task);
    const filter = filterOf({ ...asked, client: deps.clients.onlyOf(req) });
    const found = await deps.jobs.list({ ...filter, limit: limit + 1 });
    const jobs = found.slice(0, limit);
    const next = found.length > limit ? jobs.at(-1)?.id : undefined;
    const list: JobList = {
      jobs: jobs.map((job) => jobView(job, viewParts(deps, job))),
      ...(next === undefined ? {} : { next_cursor: next }),
    };
    res.json(list);
  };
}

type JobsQuery = Omit<z.infer<typeof jobsQuery>, "limit"> & { readonly client: string | undefined };

function filterOf({ state, task, client, cursor }: JobsQuery): Omit<JobFilter, "limit"> {
  return {
    ...(state === undefined ? {} : { state }),
    ...(task === undefined ? {} : { task }),
    ...(client === undefined ? {} : { client }),
    ...(cursor === undefined ? {} : { before: cursor }),
  };
}

/** With `wait=N` as soon as the job is over, or after N seconds. */
export function showJob(deps: JobsDeps): RequestHandler {
  return async (req, res) => {
    const { from, limit, wait } = readQuery(jobQuery, req.query);
    const before = await jobOf(deps, req);
    if (wait > 0 && !isFinal(before.state)) {
      const followed = await followedJob(deps, req);
      await endsWithin(followed, Math.min(wait, MAX_WAIT_SECONDS), untilGone(res));
    }
    const job = await jobOf(deps, req);
    const files = await deps.jobs.files(job.id, from, limit);
    const live = viewParts(deps, job);
    const detail: JobDetail = {
      ...jobView(job, live),
      statistics: statistics(job, files),
      files: files.map((file) => fileView(job, file, live)),
    };
    res.json(detail);
  };
}

/** Cancels; with `purge=true` everything of the job goes, its record too. */
export function cancelJob(deps: JobsDeps): RequestHandler {
  return async (req, res) => {
    const { purge } = readQuery(cancelQuery, req.query);
    const job = await jobOf(deps, req);
    const final = (await deps.runner.cancel(job.id, "Cancelled by a client.")) ?? job;
    if (purge) await purgeJob(deps, final);
    const cancelled: CancelledJob = { ...jobView(final, deps), purged: purge };
    res.json(cancelled);
  };
}
