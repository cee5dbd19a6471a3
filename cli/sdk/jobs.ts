import type { BulkAnswer } from "../../shared/contract/bulk.ts";
import type { JobState, JobView } from "../../shared/contract/jobs.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import { withList } from "./answers.ts";
import { type CallOptions, post, withQuery } from "./calls.ts";
import { type FleetUpdate, fleetEvents } from "./fleetEvents.ts";
import type { MasterHttp } from "./http.ts";
import { Job } from "./job.ts";
import { JobCalls } from "./jobCalls.ts";

export interface JobQuery extends CallOptions {
  /** As `q` of `GET /jobs`: `scan state:failed since:2h`. */
  readonly query?: string | undefined;
  readonly state?: JobState | undefined;
  readonly task?: string | undefined;
  /** At most this many, 1 to 500; newest first. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the list before. */
  readonly cursor?: string | undefined;
}

export interface ManyJobs extends CallOptions {
  /** As `q` of `GET /jobs`; it must not be empty. */
  readonly query: string;
}

export interface RetryManyJobs extends ManyJobs {
  /** Replace options of each job. */
  readonly options?: JsonObject | undefined;
}

/** A page of `GET /jobs`. */
export interface JobPage {
  readonly jobs: readonly JobView[];
  /** Number of jobs that match; an older master does not tell it. */
  readonly total?: number;
  readonly next_cursor?: string;
}

/** What can be done with all jobs that match a search. */
export type BulkAction = "cancel" | "retry" | "delete";

/** The jobs of a master that the token may see. */
export class Jobs {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  /** A job by its id, to follow it again, for example. @throws CodedError `no_such_job` */
  async get(id: string, options: CallOptions = {}): Promise<Job> {
    return new Job(this.#http, await this.one(id).get(options));
  }

  /** Requests about a job whose id is known, without asking for it first. */
  one(id: string): JobCalls {
    return new JobCalls(this.#http, id);
  }

  /** One page of jobs, newest first; `next_cursor` leads to the next one. @throws CodedError `bad_query` */
  async list({ query, signal, ...filter }: JobQuery = {}): Promise<JobPage> {
    const path = withQuery("/jobs", { q: query, ...filter });
    return withList<JobPage>(await this.#http.json({ path, signal }), "jobs");
  }

  /** Unfinished jobs as they are, then each job as it changes, until the signal is aborted or the loop is left. */
  async *watch({ query, signal }: Pick<JobQuery, "query" | "signal"> = {}): AsyncGenerator<JobView> {
    const jobs: AsyncGenerator<FleetUpdate> = fleetEvents(this.#http, { query, signal });
    for await (const event of jobs) if (event.type === "job") yield event.job;
  }

  /** Cancels all jobs that match. @throws CodedError `bad_query` */
  async cancel({ query, signal }: ManyJobs): Promise<BulkAnswer> {
    return await this.change("cancel", { query, signal });
  }

  /** Makes a new job of the files that are not done, for each job that matches. @throws CodedError `bad_query` */
  async retry(request: RetryManyJobs): Promise<BulkAnswer> {
    return await this.change("retry", request);
  }

  /** Removes all jobs that match, with their results. @throws CodedError `bad_query` */
  async delete({ query, signal }: ManyJobs): Promise<BulkAnswer> {
    return await this.change("delete", { query, signal });
  }

  async change(action: BulkAction, { query, options, signal }: RetryManyJobs): Promise<BulkAnswer> {
    const wish = options === undefined ? { q: query } : { q: query, options };
    // A retry that was done makes more jobs when it is done again.
    const repeat = action === "retry" ? "busy" : "broken";
    const answer = await this.#http.json({ ...post(`/jobs/${action}`, wish), repeat, signal });
    return withList<BulkAnswer>(answer, "changed");
  }
}
