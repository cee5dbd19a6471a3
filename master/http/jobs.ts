import type { RequestHandler } from "express";
import type { z } from "zod";
import {
  type CancelledJob,
  isFinal,
  type JobDetail,
  type JobList,
  type JobView,
} from "../../shared/contract/jobs.ts";
import { cancelQuery, jobQuery, jobsQuery } from "../../shared/contract/requests.ts";
import { answerJson } from "../../shared/http/json.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { JobRecord } from "../record/job.ts";
import type { JobFilter, RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import { type PurgeDeps, purgeJob } from "../upkeep/purge.ts";
import { endsWithin } from "./answers.ts";
import type { Clients } from "./clients.ts";
import { type FindJobDeps, type FollowJobDeps, findJob, followJob, nextPage, readQuery } from "./findJob.ts";
import { fileSearch, jobSearch } from "./search/parse.ts";
import { eachPage, jsonWithLists, sendJson, untilGone } from "./streams.ts";
import { fileView, jobView, statistics } from "./views.ts";

export interface ListJobsDeps {
  readonly jobs: Pick<RecordOfJobs, "listPages" | "count">;
  readonly clients: Pick<Clients, "onlyOf">;
  readonly runner: Pick<JobRunner, "live">;
  readonly results: ResultsFolder;
}

/** `GET /jobs`: newest first. */
export function listJobs({ jobs, clients, runner, results }: ListJobsDeps): RequestHandler {
  return async (req, res) => {
    const { limit, ...asked } = readQuery(jobsQuery, req.query);
    if (asked.task !== undefined) taskNamed(asked.task);
    const filter = filterOf({ ...asked, client: clients.onlyOf(req) });
    const list = new ShownJobs(limit, (job) => jobView(job, { results, live: runner.live(job.id) }));
    const found = eachPage(jobs.listPages({ ...filter, limit: limit + 1 }), list.show);
    const { before: _, ...all } = filter;
    const total = await jobs.count(all);
    await sendJson(res, jsonWithLists({ fields: { total }, lists: { jobs: found }, last: list.next }));
  };
}

/** The jobs of one answer; one more than it shows tells that there is a next page. */
class ShownJobs {
  readonly #view: (job: JobRecord) => JobView;
  #left: number;
  #last = "";
  #hasMore = false;

  constructor(limit: number, view: (job: JobRecord) => JobView) {
    this.#left = limit;
    this.#view = view;
  }

  readonly show = (page: readonly JobRecord[]): JobList["jobs"] => {
    const shown = page.slice(0, this.#left);
    this.#left -= shown.length;
    this.#hasMore = shown.length < page.length;
    this.#last = shown.at(-1)?.id ?? this.#last;
    return shown.map(this.#view);
  };

  readonly next = (): Pick<JobList, "next_cursor"> => (this.#hasMore ? { next_cursor: this.#last } : {});
}

type JobsQuery = Omit<z.infer<typeof jobsQuery>, "limit"> & { readonly client: string | undefined };

function filterOf({ q, state, task, client, cursor }: JobsQuery): Omit<JobFilter, "limit"> {
  return {
    ...(q === undefined ? {} : { search: jobSearch(q, Date.now()) }),
    ...(state === undefined ? {} : { state }),
    ...(task === undefined ? {} : { task }),
    ...(client === undefined ? {} : { client }),
    ...(cursor === undefined ? {} : { before: cursor }),
  };
}

export interface ShowJobDeps extends FollowJobDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "pages" | "countFiles">;
  readonly runner: Pick<JobRunner, "follow" | "live">;
  readonly results: ResultsFolder;
}

/** `GET /jobs/<id>`. With `wait=N` it answers when the job ends, or after N seconds. */
export function showJob(deps: ShowJobDeps): RequestHandler {
  return async (req, res) => {
    const { wait, q, ...range } = readQuery(jobQuery, req.query);
    const clauses = q === undefined ? undefined : fileSearch(q);
    const before = await findJob(deps, req);
    if (wait > 0 && !isFinal(before.state)) {
      const followed = await followJob(deps, req);
      await endsWithin(followed, wait, untilGone(res));
    }
    const job = await findJob(deps, req);
    const live = deps.runner.live(job.id);
    const context = { results: deps.results, live };
    const search = clauses && { clauses, running: live?.shownRunning() ?? [] };
    const matching = search === undefined ? job.total : await deps.jobs.countFiles(job.id, search);
    const fields: Omit<JobDetail, "files"> = {
      ...jobView(job, context),
      matching,
      statistics: statistics(job),
      ...nextPage(`/jobs/${job.id}`, { total: matching, q }, range),
    };
    const pages = deps.jobs.pages(job.id, { ...range, search });
    const files = eachPage(pages, (page) => page.map((file) => fileView(job, file, context)));
    await sendJson(res, jsonWithLists({ fields, lists: { files } }));
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
