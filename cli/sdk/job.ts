import type { CancelledJob, JobView } from "../../shared/contract/jobs.ts";
import type { ResultList } from "../../shared/contract/results.ts";
import { isOver } from "./answers.ts";
import type { CallOptions, RetryOptions } from "./calls.ts";
import { followJob, type JobUpdate } from "./follow.ts";
import type { MasterHttp } from "./http.ts";
import { JobCalls, type JobSummary } from "./jobCalls.ts";
import { type JobFile, jobFile } from "./result.ts";

/** Number of events before those of files: `state` has the ids 1 and 2. */
const BEFORE_FILES = 2;

export interface DoneOptions extends CallOptions {
  /** Called with the number of files in each state when it changes. */
  readonly onProgress?: ((counts: JobView["counts"]) => void) | undefined;
}

/** A job of a master. It does not depend on this object or its connections. */
export class Job {
  readonly id: string;
  readonly #http: MasterHttp;
  readonly #calls: JobCalls;
  #view: JobView;

  constructor(http: MasterHttp, view: JobView) {
    this.id = view.id;
    this.#http = http;
    this.#calls = new JobCalls(http, view.id);
    this.#view = view;
  }

  /** The job as the master showed it last. */
  get view(): JobView {
    return this.#view;
  }

  /** The job as it is now, with statistics. @throws CodedError `no_such_job` */
  async refresh(options: CallOptions = {}): Promise<JobSummary> {
    const job = await this.#calls.get(options);
    this.#view = job;
    return job;
  }

  /** Everything that happens to the job, from its beginning to its end; broken connections are made again. */
  events({ signal }: CallOptions = {}): AsyncGenerator<JobUpdate> {
    return this.#follow({ after: 0, signal });
  }

  /** Each file as it ends, once, done or not; ends with the job. Leaving the loop does not touch the job. */
  async *results({ signal }: CallOptions = {}): AsyncGenerator<JobFile> {
    const seen = new Set<number>();
    for await (const event of this.events({ signal })) {
      if (event.type !== "file" || seen.has(event.file.index)) continue;
      seen.add(event.file.index);
      yield jobFile(this.#http, event.file);
    }
    if (seen.size === this.#view.counts.total) return;
    // A master that lost its last seconds to a power failure counts the ends of files anew.
    for await (const file of this.files({ signal })) if (!seen.has(file.index)) yield file;
  }

  /** All files as they are now, in the order of the upload. */
  files(options: CallOptions = {}): AsyncGenerator<JobFile> {
    return this.#calls.files(options);
  }

  /** Waits for the end of the job, which may be `partial`, `failed` or `cancelled`, too. */
  async done({ signal, onProgress }: DoneOptions = {}): Promise<JobView> {
    // The events of files are left out: the stream begins behind the last of them.
    const after = BEFORE_FILES + this.#view.counts.total;
    if (!isOver(this.#view.state))
      for await (const event of this.#follow({ after, signal }))
        if (event.type === "progress") onProgress?.(event.counts);
    return this.#view;
  }

  /** Cancels the job; results that it has already are kept. A job that is over stays as it is. */
  async cancel(options: CallOptions = {}): Promise<CancelledJob> {
    const job = await this.#calls.cancel(options);
    this.#view = job;
    return job;
  }

  /** Cancels the job if it runs, and removes its record, its results and its files. */
  async delete(options: CallOptions = {}): Promise<void> {
    await this.#calls.delete(options);
  }

  /**
   * Makes a new job of files of this one, by default those that failed or were cancelled; does not wait for it.
   * @throws CodedError `job_running`, `nothing_to_retry`, `inputs_gone`, `bad_options`
   */
  async retry(options: RetryOptions = {}): Promise<Job> {
    return new Job(this.#http, await this.#calls.retry(options));
  }

  /** The results that the job has by now, those of the job as a whole included. */
  async resultList(options: CallOptions = {}): Promise<ResultList> {
    return await this.#calls.results(options);
  }

  async *#follow({ after, signal }: { readonly after: number } & CallOptions): AsyncGenerator<JobUpdate> {
    for await (const event of followJob(this.#http, { id: this.id, after, signal })) {
      if (event.type === "progress") this.#view = { ...this.#view, counts: event.counts };
      if (event.type === "end") this.#view = event.job;
      yield event;
    }
  }
}
