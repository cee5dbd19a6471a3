import { Readable } from "node:stream";
import type { SlaveView, TaskView } from "../../shared/contract/about.ts";
import { NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import type {
  AssignAnswer,
  AssignLine,
  FileView,
  JobDetail,
  JobView,
  ResultList,
} from "../../shared/contract/jobs.ts";
import { CodedError, RequestError } from "../../shared/errors.ts";
import { answerBroken, isNoRoute } from "./errors.ts";
import type { UploadFile } from "./files.ts";
import { encodeForm } from "./form.ts";
import { asReadError, type Call, MasterHttp } from "./http.ts";
import { readJsonLines } from "./lines.ts";
import { type JobPage, understood, understoodLine } from "./messages.ts";
import type {
  AddSlavesRequest,
  BulkAction,
  BulkOutcome,
  BulkRequest,
  CallOptions,
  ClientOptions,
  JobQuery,
  RetryRequest,
  UploadRequest,
} from "./requests.ts";

/**
 * A client of one master. Every error has a stable `code`: `master_unreachable`, `answer_broken` and `bad_answer`
 * come from the client, all others from the master (`unauthorized`, `unknown_task`, `no_slaves`, …), with their
 * HTTP `status` and `details`.
 */
export class ManyhandsClient {
  readonly #http: MasterHttp;
  #tasks: Promise<readonly TaskView[]> | undefined;

  constructor({ url, ...secrets }: ClientOptions) {
    this.#http = new MasterHttp(url, secrets);
  }

  /** URL of the master. */
  get url(): string {
    return this.#http.url;
  }

  /** The master's tasks, with the JSON Schema of their options. */
  async tasks({ signal }: CallOptions = {}): Promise<readonly TaskView[]> {
    return understood("tasks", await this.#http.json({ path: "/tasks", signal })).tasks;
  }

  async slaves({ signal }: CallOptions = {}): Promise<readonly SlaveView[]> {
    return understood("slaves", await this.#http.json({ path: "/slaves", signal })).slaves;
  }

  /** Starts slaves on the master's machine. @throws AppError `too_many_local_slaves` */
  async addSlaves(count: number, { slots, signal }: AddSlavesRequest = {}): Promise<void> {
    const wish = slots === undefined ? { count } : { count, slots };
    await this.#http.json({ ...jsonCall("POST", "/slaves", wish), signal });
  }

  /** Lets a slave finish its units and end. @throws AppError `no_such_slave` */
  async removeSlave(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#http.json({ method: "DELETE", path: `/slaves/${encodeURIComponent(id)}`, signal });
  }

  /** Lists jobs, newest first. */
  async jobs({ signal, ...filter }: JobQuery = {}): Promise<JobPage> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter))
      if (value !== undefined) query.set(name, String(value));
    const path = query.size === 0 ? "/jobs" : `/jobs?${query}`;
    return understood("jobs", await this.#http.json({ path, signal }));
  }

  /** One job with all its files, of which the master sends one page after the other. @throws AppError `no_such_job` */
  async job(id: string, { signal }: CallOptions = {}): Promise<JobDetail> {
    const files: FileView[] = [];
    for (let path: string | undefined = `/jobs/${encodeURIComponent(id)}`; ; ) {
      const { next, ...page }: JobDetail = understood("job", await this.#http.json({ path, signal }));
      files.push(...page.files);
      if (next === undefined || page.files.length === 0) return { ...page, files };
      path = next;
    }
  }

  /** One job without its files, at once or, with `wait`, when it ends or after so many seconds (at most 20). */
  async jobState(
    id: string,
    { wait = 0, signal }: CallOptions & { readonly wait?: number } = {},
  ): Promise<JobView> {
    const path = `/jobs/${encodeURIComponent(id)}?limit=0&wait=${wait}`;
    const { files: _none, next: _more, ...job } = understood("job", await this.#http.json({ path, signal }));
    return job;
  }

  /** Cancels a job; results that it has already are kept. */
  async cancel(id: string, { signal }: CallOptions = {}): Promise<JobView> {
    const path = `/jobs/${encodeURIComponent(id)}`;
    return understood("cancelled", await this.#http.json({ method: "DELETE", path, signal }));
  }

  /**
   * Makes a new job of the files of a job that failed or were cancelled; the answer does not wait for its end.
   * @throws AppError `job_running`, `nothing_to_retry`, `inputs_gone`, `bad_options`
   */
  async retry(id: string, { options = {}, signal }: RetryRequest = {}): Promise<JobView> {
    const call = jsonCall("POST", `/jobs/${encodeURIComponent(id)}/retry`, { options });
    return understood("retried", await this.#http.json({ ...call, signal }));
  }

  /** Cancels a job if it runs, and removes its record, its results and its files. */
  async forget(id: string, { signal }: CallOptions = {}): Promise<JobView> {
    const path = `/jobs/${encodeURIComponent(id)}?purge=true`;
    return understood("cancelled", await this.#http.json({ method: "DELETE", path, signal }));
  }

  /** Cancels, retries or deletes all jobs that match a search. @throws AppError `bad_query` */
  async changeJobs(action: BulkAction, { q, options, signal }: BulkRequest): Promise<BulkOutcome> {
    const wish = options === undefined ? { q } : { q, options };
    return understood(
      "bulk",
      await this.#http.json({ ...jsonCall("POST", `/jobs/${action}`, wish), signal }),
    );
  }

  /** The results that a job has by now, of which the master sends one page after the other. */
  async results(id: string, { signal }: CallOptions = {}): Promise<ResultList> {
    const results: ResultList["results"][number][] = [];
    for (let path: string | undefined = `/jobs/${encodeURIComponent(id)}/results`; ; ) {
      const { next, ...page }: ResultList = understood("results", await this.#http.json({ path, signal }));
      results.push(...page.results);
      if (next === undefined || page.results.length === 0) return { ...page, results };
      path = next;
    }
  }

  /** Whether the master has a slave that can be given work. True for a master that does not tell (an older version). */
  async hasSlaves({ signal }: CallOptions = {}): Promise<boolean> {
    try {
      await this.#http.json({ path: "/readyz", signal });
      return true;
    } catch (error) {
      // A master without a slave answers 503, and not with a problem document.
      if (error instanceof CodedError && error.code === "http_503") return false;
      if (isNoRoute(error)) return true;
      throw error;
    }
  }

  /** Sends files as one job and waits until it ends. `files` are in the order of the upload. */
  async upload(request: UploadRequest): Promise<AssignAnswer> {
    const files: FileView[] = [];
    for await (const line of this.uploadLines(request)) {
      if (line.type === "file") files[line.index] = withoutType(line);
      if (line.type === "end")
        return { kind: "answer", ...withoutType(line), files: files.filter((file) => file !== undefined) };
    }
    throw answerBroken();
  }

  /**
   * Sends files as one job and yields a line `job`, then a line `file` for each file as it ends, then a line `end`.
   * Leaving the loop early cancels the job.
   */
  async *uploadLines(request: UploadRequest): AsyncGenerator<AssignLine> {
    const { signal } = request;
    const answer = await this.#send(request, { Accept: NDJSON_TYPE });
    let jobId: string | undefined;
    try {
      for await (const raw of readJsonLines(answer)) {
        const line = understoodLine(raw);
        if (line === undefined) continue;
        if (line.type === "job") jobId = line.job_id;
        yield line;
        if (line.type === "end") return;
      }
      throw answerBroken(undefined, jobId);
    } catch (error) {
      throw asReadError(error, signal, jobId);
    } finally {
      answer.destroy();
    }
  }

  /** The bytes of a result or attachment, by its `url`. The caller must read or destroy the stream. */
  async download(url: string, { signal }: CallOptions = {}): Promise<Readable> {
    return await this.#http.stream({ path: url, signal });
  }

  async #send(request: UploadRequest, headers: Readonly<Record<string, string>>): Promise<Readable> {
    // Before the first byte is sent this shows whether the master can be reached, accepts the token and has the task.
    const task = await this.#taskNamed(request.task, request.signal);
    const form = encodeForm({
      fields: fieldsOf(task, request),
      fileField: task.field,
      files: request.files,
      onBegin: request.onBegin ?? nothing,
      onSent: request.onSent ?? nothing,
      onUnreadable: request.onUnreadable ?? throwIt,
    });
    return await this.#http.stream({
      method: "POST",
      path: "/assign_task",
      headers: { ...headers, "Content-Type": form.contentType },
      body: form.body,
      signal: request.signal,
    });
  }

  async #taskNamed(name: string, signal: AbortSignal | undefined): Promise<TaskView> {
    this.#tasks ??= this.tasks({ signal });
    const tasks = await this.#tasks.catch((error: unknown) => {
      this.#tasks = undefined;
      throw error;
    });
    const task = tasks.find((known) => known.task_type === name);
    if (task !== undefined) return task;
    throw new RequestError("unknown_task", `The master does not know the task ${name}.`, {
      details: { field: "task_type", valid_values: tasks.map((known) => known.task_type) },
    });
  }
}

function jsonCall(method: "POST", path: string, document: object): Call {
  const body = Readable.from([JSON.stringify(document)], { objectMode: false });
  return { method, path, body, headers: { "Content-Type": "application/json" } };
}

function withoutType<T extends { readonly type: string }>({ type: _type, ...rest }: T): Omit<T, "type"> {
  return rest;
}

function fieldsOf(
  { task_type }: TaskView,
  { options = {}, priority }: UploadRequest,
): Record<string, string> {
  const fields = { task_type, options: JSON.stringify(options) };
  return priority === undefined ? fields : { ...fields, priority: String(priority) };
}

function nothing(): void {}

function throwIt(_file: UploadFile, error: unknown): never {
  throw error;
}
