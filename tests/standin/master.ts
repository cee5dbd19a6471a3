import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import type { Problem, SlaveView, TaskView, UploadLimits } from "../../shared/contract/about.ts";
import type { FileView, JobDetail, JobView } from "../../shared/contract/jobs.ts";
import { type MultipartForm, readMultipart } from "../../shared/http/multipart.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";

/** A file as it arrived at the stand-in. */
export interface Arrived {
  readonly filename: string;
  readonly field: string;
  readonly text: string;
}

export interface ReceivedJob {
  readonly task: string;
  readonly options: unknown;
  readonly files: readonly Arrived[];
  readonly headers: IncomingMessage["headers"];
  /** The form field `uploads`, parsed. */
  readonly uploads?: unknown;
}

export interface StandInOptions {
  /** Answers the requests of `/uploads`; without it there is nothing. */
  readonly uploads?: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  /** What an upload may be; an older master does not tell it. */
  readonly limits?: UploadLimits;
  /** Token that every request must have; without it no token is checked. */
  readonly token?: string;
  /** Members that a file's view gets beside the usual ones. */
  readonly view?: (file: Arrived, index: number) => Partial<FileView>;
  /** Contents of results by their paths. */
  readonly results?: Readonly<Record<string, string>>;
  readonly attachments?: JobView["attachments"];
  /**
   * `hang` never ends a file, `stall` ends its files only; `cut` breaks the connection after each event; `unsent` breaks
   * the connection of the first upload instead of the answer; a problem refuses uploads.
   */
  readonly upload?: "hang" | "stall" | "cut" | "unsent" | Problem;
  /** Refusals of the first uploads, one after the other. */
  readonly refusals?: readonly (Problem & { readonly retryAfter: number })[];
  /** Uploads are counted and not read as multipart. */
  readonly countOnly?: boolean;
  readonly tasks?: readonly TaskView[];
  readonly jobs?: readonly JobView[];
  readonly slaves?: readonly SlaveView[];
  /** 0, a free one, unless it says another. */
  readonly port?: number;
  /** Whether there is a slave that can be given work; it is asked at each `GET /readyz`. Without it there is one. */
  readonly isReady?: () => boolean;
}

/** A server that answers as a master does, and keeps the requests that it got. */
export interface StandInMaster {
  readonly url: string;
  readonly jobs: readonly ReceivedJob[];
  /** `GET /path` of every request. */
  readonly requests: readonly string[];
  readonly bytes: () => number;
  /** Resolves when a client has left the events of its job, or an upload, before the end. */
  readonly left: Promise<void>;
  /** Resolves when an upload has arrived whole. */
  readonly arrived: Promise<void>;
  close(): Promise<void>;
}

export async function startStandInMaster(options: StandInOptions = {}): Promise<StandInMaster> {
  const state = newState(options);
  const server = createServer((req, res) => {
    answer(state, req, res).catch(() => res.destroy());
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    jobs: state.jobs,
    requests: state.requests,
    bytes: () => state.bytes,
    left: state.left.promise,
    arrived: state.arrived.promise,
    close: () => closed(server),
  };
}

/** A task as the master lists it; only its own fields matter to clients. */
export function task(name: string, field: string, extensions: readonly string[]): TaskView {
  const options: JsonObject = {
    type: "object",
    properties: { flavour: { type: "string", default: "plain" } },
  };
  return {
    task_type: name,
    title: name,
    summary: `Does ${name}.`,
    field,
    extensions,
    options,
    result: "<name>.json",
  };
}

interface State {
  readonly options: StandInOptions;
  readonly jobs: ReceivedJob[];
  readonly requests: string[];
  readonly left: Signal;
  readonly arrived: Signal;
  bytes: number;
  refused: number;
}

interface Signal {
  readonly promise: Promise<void>;
  readonly give: () => void;
}

function newState(options: StandInOptions): State {
  return { options, jobs: [], requests: [], left: signal(), arrived: signal(), bytes: 0, refused: 0 };
}

function signal(): Signal {
  let give = () => {};
  const promise = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { promise, give };
}

async function answer(state: State, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { options } = state;
  const url = decodeURIComponent(req.url ?? "/");
  state.requests.push(`${req.method} ${url}`);
  const [path = "/"] = url.split("?");
  if (options.token !== undefined && req.headers.authorization !== `Bearer ${options.token}`)
    return refuse(res, problem(401, "unauthorized", "A valid token is needed."));
  if (path === "/assign_task") return await assign(state, req, res);
  if (options.uploads !== undefined && path.startsWith("/uploads")) return await options.uploads(req, res);
  if (path === "/readyz") return ready(res, options.isReady?.() ?? true);
  if (path === "/jobs/JOB1/events") return sendEvents(state, req, res);
  const body = bodyAt(state, url) ?? bodyAt(state, path);
  if (body === undefined) return refuse(res, problem(404, "not_found", "There is nothing at this address."));
  res.end(body);
}

/** What the stand-in has at a path: what a test gave it, else one of the usual lists. */
function bodyAt({ options, jobs: sent }: State, path: string): string | undefined {
  const { slaves = [], results = {} } = options;
  const jobs = options.jobs ?? sent.slice(-1).map((job) => detailOf(options, job));
  const lists: Readonly<Record<string, unknown>> = {
    "/tasks": {
      tasks: options.tasks ?? [task("text", "texts", [".txt"]), task("image", "images", [".png"])],
      limits: options.limits,
    },
    "/slaves": { slaves },
    "/jobs": { jobs },
    ...Object.fromEntries(jobs.map((job) => [`/jobs/${job.id}`, { files: [], ...job }])),
  };
  return results[path] ?? (lists[path] === undefined ? undefined : JSON.stringify(lists[path]));
}

function ready(res: ServerResponse, isReady: boolean): void {
  res.writeHead(isReady ? 200 : 503, { "Content-Type": "application/json" });
  res.end(JSON.stringify({ status: isReady ? "ready" : "no_slaves", slaves: Number(isReady) }));
}

async function assign(state: State, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { upload } = state.options;
  res.once("close", () => (res.writableFinished ? undefined : state.left.give()));
  if (typeof upload === "object") return refuse(res, upload);
  const refusal = state.options.refusals?.[state.refused];
  state.refused += 1;
  if (refusal !== undefined) return refuse(res.setHeader("Retry-After", refusal.retryAfter), refusal);
  const job = await receive(state, req, res);
  state.jobs.push(job);
  state.arrived.give();
  if (upload === "unsent" && state.jobs.length === 1) return void res.destroy();
  res.writeHead(202, { "Content-Type": "application/json" });
  res.end(JSON.stringify({ ...detailOf(state.options, job), state: "queued", files: undefined }));
}

/** The events of the job, after the last one that the client has. */
function sendEvents(state: State, req: IncomingMessage, res: ServerResponse): void {
  const { upload } = state.options;
  const job = state.jobs.at(-1);
  if (job === undefined) {
    refuse(res, problem(404, "no_such_job", "There is no job JOB1."));
    return;
  }
  res.once("close", () => (res.writableFinished ? undefined : state.left.give()));
  res.writeHead(200, { "Content-Type": "text/event-stream" });
  const last = Number(req.headers["last-event-id"] ?? 0);
  const events = eventsOf(state, job).slice(last);
  const sent = upload === "hang" ? [] : upload === "stall" ? events.slice(0, -1) : events;
  const shown = upload === "cut" ? sent.slice(0, 1) : sent;
  for (const [index, [event, data]] of shown.entries())
    res.write(`id: ${last + index + 1}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  if (upload === "hang" || upload === "stall") return void res.flushHeaders();
  if (shown.length < sent.length) return void setImmediate(() => res.destroy());
  res.end();
}

function eventsOf(state: State, job: ReceivedJob): readonly (readonly [string, object])[] {
  const at = "2026-01-02T03:04:05.000Z";
  const { files, statistics: _statistics, ...end } = detailOf(state.options, job);
  return [
    ["state", { id: "JOB1", job_id: "JOB1", state: "queued", at }],
    ["state", { id: "JOB1", job_id: "JOB1", state: "running", at }],
    // In another order than they were sent: events come as files end.
    ...files.toReversed().map((file) => ["file", file] as const),
    ["end", end],
  ];
}

function detailOf(options: StandInOptions, job: ReceivedJob): JobDetail {
  const files = job.files.map((file, index) => ({
    ...viewOf(file, index),
    ...options.view?.(file, index),
  }));
  const done = files.filter((view) => view.state === "done").length;
  return {
    ...{ kind: "job", id: "JOB1", job_id: "JOB1", task_type: job.task, options: {}, priority: 1 },
    state: done === files.length ? "succeeded" : done === 0 ? "failed" : "partial",
    counts: { total: files.length, queued: 0, running: 0, done, failed: files.length - done, cancelled: 0 },
    ...{ name: job.files[0]?.filename ?? "", matching: files.length },
    ...{ bytes: 1, created_at: "2026-01-02T03:04:05.000Z", warnings: [], url: "/jobs/JOB1" },
    attachments: options.attachments ?? [],
    files,
    statistics: STATISTICS,
  };
}

const STATISTICS: JobDetail["statistics"] = {
  ...{ seconds: 1.5, queue_seconds: 0, run_seconds: 1.5, slave_seconds: 1, input_bytes: 1, result_bytes: 1 },
  ...{ files_per_second: 1, slaves: {}, speculative_copies: 0, copies_first: 0, seconds_saved: 0 },
};

async function receive(state: State, req: IncomingMessage, res: ServerResponse): Promise<ReceivedJob> {
  if (state.options.countOnly === true) {
    for await (const chunk of req as AsyncIterable<Buffer>) state.bytes += chunk.length;
    return {
      task: "text",
      options: {},
      files: [{ filename: "large", field: "", text: "" }],
      headers: req.headers,
    };
  }
  const form: MultipartForm<string> = await readMultipart<string>(req, res, {
    limits: { fileBytes: 1e9, files: 1e6, fieldBytes: 1e6, idleSeconds: 60 },
    sink: (stream) => textOf(stream),
    remove: async () => undefined,
  });
  const files = form.files.map(({ filename, field, stored }) => ({ filename, field, text: stored }));
  const { task_type, options, uploads } = form.fields as Readonly<Record<string, string>>;
  const more = uploads === undefined ? {} : { uploads: JSON.parse(uploads) as unknown };
  const { headers } = req;
  return { task: task_type ?? "image", options: JSON.parse(options ?? "{}"), files, headers, ...more };
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function viewOf(file: Arrived, index: number): FileView {
  const { filename, text } = file;
  const common = { index, filename, bytes: Buffer.byteLength(text), sha256: "0".repeat(64), attempts: 1 };
  if (text.startsWith("BAD"))
    return { ...common, state: "failed", code: "corrupt_file", error: "It is damaged." };
  const name = `${filename}.json`;
  const places = {
    saved_as: `processed_results/text/${name}`,
    url: `/results/text/${encodeURIComponent(name)}`,
  };
  return { ...common, ...places, state: "done", summary: `says ${text}` };
}

export function problem(status: number, code: string, error: string, more: object = {}): Problem {
  return {
    ...more,
    kind: "problem",
    type: "about:blank",
    title: "Problem",
    status,
    detail: error,
    error,
    code,
  };
}

function refuse(res: ServerResponse, body: Problem): void {
  const headers = { "Content-Type": "application/problem+json", Connection: "close" };
  res.writeHead(body.status, headers).end(JSON.stringify(body));
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
