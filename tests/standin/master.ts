import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import type { Problem, SlaveView, TaskView } from "../../shared/contract/about.ts";
import type { AssignLine, FileView, JobView } from "../../shared/contract/jobs.ts";
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
}

export interface StandInOptions {
  /** Token that every request must have; without it no token is checked. */
  readonly token?: string;
  /** Members that a file's view gets beside the usual ones. */
  readonly view?: (file: Arrived, index: number) => Partial<FileView>;
  /** Contents of results by their paths. */
  readonly results?: Readonly<Record<string, string>>;
  readonly attachments?: JobView["attachments"];
  /** `hang` never ends a job, `stall` ends its files only; `cut` breaks the connection after the first line; a problem refuses uploads. */
  readonly upload?: "hang" | "stall" | "cut" | Problem;
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
  /** Resolves when the client of a hanging upload has left. */
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
}

interface Signal {
  readonly promise: Promise<void>;
  readonly give: () => void;
}

function newState(options: StandInOptions): State {
  return { options, jobs: [], requests: [], left: signal(), arrived: signal(), bytes: 0 };
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
  const path = decodeURIComponent(req.url ?? "/");
  state.requests.push(`${req.method} ${path}`);
  if (options.token !== undefined && req.headers.authorization !== `Bearer ${options.token}`)
    return refuse(res, problem(401, "unauthorized", "A valid token is needed."));
  if (path === "/assign_task") return await assign(state, req, res);
  if (path === "/readyz") return ready(res, options.isReady?.() ?? true);
  const body = bodyAt(options, path) ?? bodyAt(options, path.split("?")[0] ?? "");
  if (body === undefined) return refuse(res, problem(404, "not_found", "There is nothing at this address."));
  res.end(body);
}

/** What the stand-in has at a path: what a test gave it, else one of the usual lists. */
function bodyAt(options: StandInOptions, path: string): string | undefined {
  const { jobs = [], slaves = [], results = {} } = options;
  const lists: Readonly<Record<string, unknown>> = {
    "/tasks": {
      tasks: options.tasks ?? [task("text", "texts", [".txt"]), task("image", "images", [".png"])],
    },
    "/slaves": { slaves },
    "/jobs": { jobs },
    ...Object.fromEntries(jobs.map((job) => [`/jobs/${job.id}`, { ...job, files: [] }])),
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
  const job = await receive(state, req, res);
  state.jobs.push(job);
  state.arrived.give();
  res.writeHead(200, { "Content-Type": "application/x-ndjson" });
  const send = (line: AssignLine) => void res.write(`${JSON.stringify(line)}\n`);
  send({ type: "job", id: "JOB1", job_id: "JOB1", task_type: job.task, total_files: job.files.length });
  if (upload === "cut") return void setImmediate(() => res.destroy());
  if (upload === "hang") return;
  const views = job.files.map((file, index) => ({
    ...viewOf(file, index),
    ...state.options.view?.(file, index),
  }));
  // In another order than they were sent: lines come as files end.
  for (const view of views.toReversed()) send({ type: "file", ...view });
  if (upload === "stall") return;
  send(endLine(job, views, state.options.attachments ?? []));
  res.end();
}

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
  const { task_type, options } = form.fields as Readonly<Record<string, string>>;
  return { task: task_type ?? "image", options: JSON.parse(options ?? "{}"), files, headers: req.headers };
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

function endLine(
  job: ReceivedJob,
  views: readonly FileView[],
  attachments: JobView["attachments"],
): Extract<AssignLine, { type: "end" }> {
  const done = views.filter((view) => view.state === "done").length;
  const state = done === views.length ? "succeeded" : done === 0 ? "failed" : "partial";
  const statistics = {
    ...{
      seconds: 1.5,
      queue_seconds: 0,
      run_seconds: 1.5,
      slave_seconds: 1,
      input_bytes: 1,
      result_bytes: 1,
    },
    files_per_second: 1,
    slaves: {},
    speculative_copies: 0,
    copies_first: 0,
    seconds_saved: 0,
  };
  return {
    type: "end",
    message: "Text processing complete",
    total_files_processed: done,
    saved_files: [],
    task_type: job.task,
    id: "JOB1",
    job_id: "JOB1",
    state,
    failed_files: [],
    warnings: [],
    attachments,
    statistics,
  };
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
