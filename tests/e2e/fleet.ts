import { type ChildProcess, fork } from "node:child_process";
import { appendFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SlaveView } from "../../shared/contract/about.ts";
import type { AssignAnswer, AssignLine, JobDetail } from "../../shared/contract/jobs.ts";
import { MASTER_OPTIONS } from "../../shared/process/nodeOptions.ts";
import type { TestHost } from "../fixtures/hosts.ts";

const DIST = join(import.meta.dirname, "../../dist");

/** Real processes of a master and slaves, in folders of their own, on free loopback ports. */
export interface RunningFleet {
  readonly folder: string;
  readonly results: string;
  readonly master: Started;
  slave(env?: Record<string, string>): Promise<Started>;
  /** Starts the master again on the same port and folders. */
  restartMaster(env?: Record<string, string>): Promise<Started>;
  /** Resolves when this number of slaves is alive. */
  alive(count: number): Promise<SlaveView[]>;
  stop(): Promise<void>;
}

export interface Started {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Lines of its log, for messages of failed tests. */
  readonly log: string[];
  kill(signal: NodeJS.Signals): Promise<void>;
}

export async function startFleet(
  env: Record<string, string> = {},
  prepare: (folder: string) => Promise<void> = async () => undefined,
): Promise<RunningFleet> {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-e2e-"));
  await prepare(folder);
  const results = join(folder, "processed_results");
  const started: Started[] = [];
  const common = {
    LOG_LEVEL: "warn",
    RESULTS_DIR: results,
    DATA_DIR: join(folder, "data"),
    POLL_SECONDS: "0.5",
  };
  const run = async (entry: "master" | "slave", own: Record<string, string>) => {
    const process = await startProcess(entry, { ...common, ...env, ...own });
    started.push(process);
    return process;
  };
  const fleet = {
    folder,
    results,
    master: await run("master", { MASTER_PORT: "0" }),
    slave: (own: Record<string, string> = {}) =>
      run("slave", { MASTER_URL: fleet.master.url, SLAVE_PORT: "0", SLAVE_SLOTS: "1", ...own }),
    restartMaster: async (own: Record<string, string> = {}) => {
      fleet.master = await run("master", { MASTER_PORT: String(fleet.master.port), ...own });
      return fleet.master;
    },
    alive: (count: number) => untilAlive(fleet.master.url, count),
    stop: async () => {
      await Promise.all(started.map((one) => one.kill("SIGKILL")));
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return fleet;
}

export interface StartOptions {
  /** Gets what the process logs, also before it is ready. */
  readonly log?: string[];
  /** Where it runs; on this machine itself unless said. */
  readonly host?: TestHost;
  /** Folder of the compiled programs; those of this version unless said. */
  readonly dist?: string;
}

export async function startProcess(
  entry: "master" | "slave",
  own: Record<string, string>,
  { log = [], host, dist = DIST }: StartOptions = {},
): Promise<Started> {
  const child = fork(join(dist, entry, "main.js"), [], {
    cwd: tmpdir(),
    // As `npm run master` and `npm run slave` start them, without what this process was started with.
    ...programOf(entry === "master" ? MASTER_OPTIONS : [], host),
    // Tests and benches send the same files again and again, and count the work: a test of recorded results says `use`.
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", RESULT_CACHE: "off", ...own },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    log.push(chunk.toString("utf8"));
    // For an inspection after a long run.
    if (process.env.FLEET_LOG !== undefined) appendFileSync(process.env.FLEET_LOG, chunk);
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.on("message", (message: { type?: string; url?: string }) => {
      if (message.type === "ready" && message.url !== undefined) resolve(message.url);
    });
    child.once("exit", (code, signal) =>
      reject(new Error(`${entry} ended (${code ?? signal}): ${log.join("")}`)),
    );
  });
  const kill = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once("exit", () => resolve());
      child.kill(signal);
    });
  return { url, port: Number(new URL(url).port), process: child, log, kill };
}

function programOf(options: readonly string[], host: TestHost | undefined) {
  if (host === undefined) return { execArgv: [...options] };
  const [execPath, ...before] = host.command;
  return { execPath, execArgv: [...before, process.execPath, ...options] };
}

export async function untilAlive(url: string, count: number): Promise<SlaveView[]> {
  return await until(`${count} slaves alive`, async () => {
    const { slaves } = (await (await fetch(`${url}/slaves`)).json()) as { slaves: SlaveView[] };
    const alive = slaves.filter((slave) => slave.state === "alive");
    return alive.length === count ? alive : undefined;
  });
}

/** Polls until there is an answer. The time limit only prevents hanging. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 1500; tries += 1) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for: ${what}`);
}

export interface NamedBody {
  readonly name: string;
  readonly body: Uint8Array;
}

export interface UploadOptions {
  readonly field?: string;
  readonly task?: string;
  readonly options?: object;
  readonly budgets?: object;
  readonly priority?: number;
  readonly name?: string;
  readonly callback?: string;
  readonly cache?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export function multipart(
  files: readonly NamedBody[],
  { field = "texts", task, options, budgets, priority, name, callback, cache }: UploadOptions,
): FormData {
  const form = new FormData();
  if (task !== undefined) form.append("task_type", task);
  if (options !== undefined) form.append("options", JSON.stringify(options));
  if (budgets !== undefined) form.append("budgets", JSON.stringify(budgets));
  if (priority !== undefined) form.append("priority", String(priority));
  if (name !== undefined) form.append("name", name);
  if (cache !== undefined) form.append("cache", cache);
  if (callback !== undefined) form.append("callback", callback);
  for (const { name, body } of files) form.append(field, new Blob([new Uint8Array(body)]), name);
  return form;
}

export async function assign(
  url: string,
  files: readonly NamedBody[],
  how: UploadOptions,
): Promise<Answered> {
  const response = await post(url, files, how);
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answered["body"],
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AssignAnswer & {
    readonly error?: string;
    readonly code?: string;
    readonly hint?: string;
    readonly valid_values?: readonly unknown[];
  };
}

export async function post(url: string, files: readonly NamedBody[], how: UploadOptions): Promise<Response> {
  const init: RequestInit = { method: "POST", body: multipart(files, how), headers: how.headers ?? {} };
  return await fetch(`${url}/assign_task`, how.signal === undefined ? init : { ...init, signal: how.signal });
}

/** Yields the lines of an NDJSON answer as they arrive. */
export async function* assignLines(
  url: string,
  files: readonly NamedBody[],
  how: UploadOptions,
): AsyncGenerator<AssignLine> {
  const response = await post(url, files, {
    ...how,
    headers: { accept: "application/x-ndjson", ...how.headers },
  });
  let rest = "";
  for await (const chunk of response.body ?? []) {
    rest += Buffer.from(chunk as Uint8Array).toString("utf8");
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as AssignLine;
  }
}

export async function job(url: string, id: string): Promise<JobDetail> {
  return (await (await fetch(`${url}/jobs/${id}`)).json()) as JobDetail;
}

export async function fixture(path: string): Promise<Buffer> {
  return await readFile(join(import.meta.dirname, "../fixtures", path));
}
