import type { CancelledJob, FileView, JobDetail, JobView } from "../../shared/contract/jobs.ts";
import type { ResultList } from "../../shared/contract/results.ts";
import { jobOf, withList } from "./answers.ts";
import { type CallOptions, post, type RetryOptions, withQuery } from "./calls.ts";
import type { MasterHttp } from "./http.ts";
import { type JobFile, jobFile } from "./result.ts";
import { randomName } from "./submit.ts";

/** A job without its files. */
export type JobSummary = Omit<JobDetail, "files" | "next">;

export interface GetJobOptions extends CallOptions {
  /** Seconds; a question that waits is not asked again when the connection fails. */
  readonly wait?: number | undefined;
}

/** Requests about one job by its id; each fails with `no_such_job` when there is none. */
export class JobCalls {
  readonly #http: MasterHttp;
  readonly #path: string;

  constructor(http: MasterHttp, id: string) {
    this.#http = http;
    this.#path = `/jobs/${encodeURIComponent(id)}`;
  }

  /** At once or, with `wait`, when the job ends or after so many seconds, at most 20. */
  async get({ wait, signal }: GetJobOptions = {}): Promise<JobSummary> {
    const path = withQuery(this.#path, { limit: 0, wait });
    const repeat = wait === undefined ? "broken" : "never";
    const {
      files: _files,
      next: _next,
      ...job
    } = jobOf<JobDetail>(await this.#http.json({ path, signal, repeat }));
    return job;
  }

  /** The job with all its files, of which the master sends one page after the other. */
  async whole({ signal }: CallOptions = {}): Promise<JobDetail> {
    const files: FileView[] = [];
    for (let path: string | undefined = this.#path; ; ) {
      const { next, ...page }: JobDetail = jobOf(await this.#http.json({ path, signal }));
      files.push(...page.files);
      if (next === undefined || page.files.length === 0) return { ...page, files };
      path = next;
    }
  }

  async *files({ signal }: CallOptions = {}): AsyncGenerator<JobFile> {
    for (let path: string | undefined = this.#path; path !== undefined; ) {
      const page: JobDetail = jobOf(await this.#http.json({ path, signal }));
      for (const view of page.files as readonly FileView[]) yield jobFile(this.#http, view);
      path = page.files.length === 0 ? undefined : page.next;
    }
  }

  async cancel({ signal }: CallOptions = {}): Promise<CancelledJob> {
    return jobOf(await this.#http.json({ method: "DELETE", path: this.#path, signal }));
  }

  async retry({ options = {}, files, signal }: RetryOptions = {}): Promise<JobView> {
    const wish = files === undefined ? { options } : { options, files };
    const { headers, ...call } = post(`${this.#path}/retry`, wish);
    const keyed = { ...headers, "Idempotency-Key": randomName() };
    return jobOf(await this.#http.json({ ...call, headers: keyed, repeat: "broken", signal }));
  }

  async delete({ signal }: CallOptions = {}): Promise<CancelledJob> {
    const path = withQuery(this.#path, { purge: "true" });
    return jobOf(await this.#http.json({ method: "DELETE", path, signal }));
  }

  /** All results that the job has by now. */
  async results({ signal }: CallOptions = {}): Promise<ResultList> {
    const results: ResultList["results"][number][] = [];
    for (let path: string | undefined = `${this.#path}/results`; ; ) {
      const answer = await this.#http.json({ path, signal });
      const { next, ...page }: ResultList = withList<ResultList>(answer, "results");
      results.push(...page.results);
      if (next === undefined || page.results.length === 0) return { ...page, results };
      path = next;
    }
  }
}
