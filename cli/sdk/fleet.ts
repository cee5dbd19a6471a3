import type { SlaveView, TaskList, TaskView, UploadLimits } from "../../shared/contract/about.ts";
import { CodedError, RequestError } from "../../shared/errors.ts";
import { jobOf, withList } from "./answers.ts";
import { type CallOptions, post } from "./calls.ts";
import { isNoRoute } from "./errors.ts";
import { type EventsOptions, type FleetUpdate, fleetEvents } from "./fleetEvents.ts";
import { FunctionFleet } from "./functions/fleet.ts";
import type { FunctionSettingsOptions } from "./functions/options.ts";
import { MasterHttp } from "./http.ts";
import { Job } from "./job.ts";
import { Jobs } from "./jobs.ts";
import { download } from "./result.ts";
import { type FileInputs, type SubmitOptions, submitted } from "./submit.ts";
import type { Fetch } from "./transport.ts";

/** How long a failed connection is tried again by default, seconds. */
const RETRY_SECONDS = 60;

export interface ConnectOptions {
  /** `host:port`, `http://host:port` or `https://host:port`; a path is kept. */
  readonly master: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** The `fetch` of the runtime by default; `nodeFetch` of `manyhands/sdk/node` knows private authorities. */
  readonly fetch?: Fetch | undefined;
  /** How long a request is tried again while the connection fails or the master says `Retry-After`; 60 by default. */
  readonly retrySeconds?: number | undefined;
  /** Called when the connection to a master that has answered before fails, once for each outage. */
  readonly onOutage?: ((error: unknown) => void) | undefined;
  /** Settings of `map`, `run` and the others where a call does not give them. */
  readonly functions?: FunctionSettingsOptions | undefined;
}

/**
 * A master with its slaves. Every error is a `CodedError` with a stable `code`: `master_unreachable`, `answer_broken`,
 * `bad_answer` and `bad_url` come from the SDK, all others from the master (`unauthorized`, `unknown_task`, …), with
 * their HTTP `status` and `details`.
 */
export class FleetClient extends FunctionFleet {
  readonly jobs: Jobs;
  readonly slaves: Slaves;
  readonly tasks: Tasks;
  readonly #http: MasterHttp;

  /** Makes no request. @throws RequestError `bad_url` */
  constructor({
    master,
    retrySeconds = RETRY_SECONDS,
    onOutage = () => undefined,
    functions,
    ...more
  }: ConnectOptions) {
    super(functions);
    this.#http = new MasterHttp(master, { ...more, retrySeconds, onOutage });
    this.jobs = new Jobs(this.#http);
    this.slaves = new Slaves(this.#http);
    this.tasks = new Tasks(this.#http);
  }

  /** URL of the master. */
  get url(): string {
    return this.#http.url;
  }

  /**
   * Sends files as one job, and resolves when the master has the job on disk; the job does not wait for this program.
   * A broken connection does not make a second job: each call has an idempotency key.
   */
  async submit(task: string, files: FileInputs, options: SubmitOptions = {}): Promise<Job> {
    // Before the first byte is sent this shows whether the master can be reached, accepts the token and has the task.
    const known = await this.tasks.get(task, options);
    const answer = await submitted({ http: this.#http, task: known }, files, options);
    return new Job(this.#http, jobOf(answer));
  }

  /** What changes in the fleet, until the signal is aborted or the loop is left. */
  events(options: EventsOptions = {}): AsyncGenerator<FleetUpdate> {
    return fleetEvents(this.#http, options);
  }

  /** The bytes of a result or attachment, by its `url`. The caller must read or cancel the stream. */
  async download(url: string, { signal }: CallOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return await download(this.#http, { path: url, signal });
  }

  /** Whether the master has a slave that can be given work. True for a master that does not tell (an older version). */
  async isReady({ signal }: CallOptions = {}): Promise<boolean> {
    try {
      await this.#http.json({ path: "/readyz", signal, repeat: "never" });
      return true;
    } catch (error) {
      // A master without a slave answers 503, and not with a problem document.
      if (error instanceof CodedError && error.code === "http_503") return false;
      if (isNoRoute(error)) return true;
      throw error;
    }
  }
}

export interface AddSlavesOptions extends CallOptions {
  /** Files that each works on at a time. */
  readonly slots?: number | undefined;
}

class Slaves {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  async list({ signal }: CallOptions = {}): Promise<readonly SlaveView[]> {
    const answer: unknown = await this.#http.json({ path: "/slaves", signal });
    return withList<{ readonly slaves: readonly SlaveView[] }>(answer, "slaves").slaves;
  }

  /** Starts slaves on the master's machine. @throws CodedError `too_many_local_slaves` */
  async add(count: number, { slots, signal }: AddSlavesOptions = {}): Promise<void> {
    const wish = slots === undefined ? { count } : { count, slots };
    await this.#http.json({ ...post("/slaves", wish), signal });
  }

  /** Lets a slave finish its units and end. @throws CodedError `no_such_slave` */
  async remove(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#http.json({ method: "DELETE", path: `/slaves/${encodeURIComponent(id)}`, signal });
  }
}

class Tasks {
  readonly #http: MasterHttp;
  #known: readonly TaskView[] = [];
  #limits: UploadLimits | undefined;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  /** The master's tasks, with the JSON Schema of their options. */
  async list({ signal }: CallOptions = {}): Promise<readonly TaskView[]> {
    const answer: unknown = await this.#http.json({ path: "/tasks", signal });
    const { tasks, limits } = withList<Partial<TaskList> & Pick<TaskList, "tasks">>(answer, "tasks");
    this.#known = tasks;
    this.#limits = limits;
    return tasks;
  }

  /** What an upload may be; undefined where the master is too old to tell. Asked for once, with the tasks. */
  async limits(options: CallOptions = {}): Promise<UploadLimits | undefined> {
    if (this.#known.length === 0) await this.list(options);
    return this.#limits;
  }

  /** A task by its name; the list is asked for once. @throws RequestError `unknown_task` */
  async get(name: string, options: CallOptions = {}): Promise<TaskView> {
    const tasks = this.#known.length > 0 ? this.#known : await this.list(options);
    const task = tasks.find(({ task_type }) => task_type === name);
    if (task !== undefined) return task;
    throw new RequestError("unknown_task", `The master does not know the task ${name}.`, {
      details: { field: "task_type", valid_values: tasks.map(({ task_type }) => task_type) },
    });
  }
}
