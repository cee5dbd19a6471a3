import type { RequestHandler } from "express";
import type { z } from "zod";
import { type CancelledJob, isFinal, type JobDetail, type JobList } from "../../shared/contract/jobs.ts";
import { cancelQuery, jobQuery, jobsQuery } from "../../shared/contract/requests.ts";
import { answerJson } from "../../shared/http/json.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { JobFilter, RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import { type PurgeDeps, purgeJob } from "../upkeep/purge.ts";
import { endsWithin } from "./answers.ts";
import type { Clients } from "./clients.ts";
import { type FindJobDeps, type FollowJobDeps, findJob, followJob, readQuery } from "./findJob.ts";
import { untilGone } from "./streams.ts";
import { fileView, jobView, statistics } from "./views.ts";

export interface ListJobsDeps {
  readonly jobs: Pick<RecordOfJobs, "list">;
  readonly clients: Pick<Clients, "onlyOf">;
  readonly runner: Pick<JobRunner, "get">;
  readonly results: ResultsFolder;
}

/** `GET /jobs`: newest first. */
export function listJobs({ jobs, clients, runner, results }: ListJobsDeps): RequestHandler {
  return async (req, res) => {
    const { limit, ...asked } = readQuery(jobsQuery, req.query);
    if (asked.task !== undefined) taskNamed(asked.task);
    const filter = filterOf({ ...asked, client: clients.onlyOf(req) });
    const found = await jobs.list({ ...filter, limit: limit + 1 });
    const page = found.slice(0, limit);
    const next = found.length > limit ? page.at(-1)?.id : undefined;
    const list: JobList = {
      jobs: page.map((job) => jobView(job, { results, live: runner.get(job.id)?.progress })),
      ...(next === undefined ? {} : { next_cursor: next }),
    };
    answerJson(res, list);
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

export interface ShowJobDeps extends FollowJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "files">;
  readonly runner: Pick<JobRunner, "follow" | "get">;
  readonly results: ResultsFolder;
}

/** `GET /jobs/<id>`. With `wait=N` it answers when the job ends, or after N seconds. */
export function showJob(deps: ShowJobDeps): RequestHandler {
  return async (req, res) => {
    const { from, limit, wait } = readQuery(jobQuery, req.query);
    const before = await findJob(deps, req);
    if (wait > 0 && !isFinal(before.state)) {
      const followed = await followJob(deps, req);
      await endsWithin(followed, wait, untilGone(res));
    }
    const job = await findJob(deps, req);
    const files = await deps.jobs.files(job.id, from, limit);
    const context = { results: deps.results, live: deps.runner.get(job.id)?.progress };
    const detail: JobDetail = {
      ...jobView(job, context),
      statistics: statistics(job, files),
      files: files.map((file) => fileView(job, file, context)),
    };
    answerJson(res, detail);
  };
}

export interface CancelJobDeps extends FindJobDeps {
  readonly runner: Pick<JobRunner, "cancel">;
  readonly results: ResultsFolder;
  readonly purge: PurgeDeps;
}

const BY_CLIENT = { code: "cancelled", message: "Cancelled by a client." } as const;

/** `DELETE /jobs/<id>`: cancels the job. With `purge=true` it also removes its record, results and bytes. */
export function cancelJob(deps: CancelJobDeps): RequestHandler {
  return async (req, res) => {
    const { purge } = readQuery(cancelQuery, req.query);
    const job = await findJob(deps, req);
    const final = (await deps.runner.cancel(job.id, BY_CLIENT)) ?? job;
    if (purge) await purgeJob(deps.purge, final);
    const cancelled: CancelledJob = { ...jobView(final, { results: deps.results }), purged: purge };
    answerJson(res, cancelled);
  };
}
