import { ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Logger } from "../../shared/logger.ts";
import { oneLine } from "../../shared/tasks/result.ts";
import { ChildChannel } from "./channel.ts";
import type { ChildArguments, FromChild, ToChild } from "./messages.ts";

export interface ChildSettings {
  /** URL of the module whose `taskNamed` gives a task. */
  readonly registry: string;
  readonly folder: string;
  readonly smallBytes: number;
  readonly memoryBytes: number;
  /** Longest time until a child is ready; `START_MS` without it. */
  readonly startMs?: number;
  readonly log: Logger;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Its JavaScript heap was full: it ended itself. */
  readonly heapFull: boolean;
}

/** Descriptor, in the child, of the pipe to the slave's process. */
const CHANNEL = 3;
/** Characters of its last output that are kept to explain its end. */
const TAIL = 4_000;
/** Most lines of its output that are logged. */
const MOST_LOGGED = 200;
/** Longest start of a child on a busy machine. */
const START_MS = 60_000;
/** Longest wait for the rest of what a child has sent when it ends. */
const REST_MS = 500;

/** One child process, from its start to its end. */
export class Child {
  readonly pid: number;
  readonly channel: ChildChannel<ToChild, FromChild>;
  /** Resolves when the process is gone and all that it sent has come. */
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  readonly #log: Logger;
  readonly #starting: NodeJS.Timeout;
  #printed = "";
  #logged = 0;

  /** `onArrival` is called when something has come over the channel. */
  constructor(settings: ChildSettings, onArrival: () => void) {
    this.#process = spawnChild(settings);
    // A process that could not be started has no pid; the event `error` follows.
    this.pid = this.#process.pid ?? 0;
    this.#log = settings.log.child({ child: this.pid });
    this.#listen(this.#process.stdout, "stdout");
    this.#listen(this.#process.stderr, "stderr");
    const socket = channelOf(this.#process);
    // A child whose channel is closed is of no use. It gets a moment, so that its own exit code is seen.
    socket.once("close", () => setTimeout(() => this.kill(), REST_MS).unref());
    this.channel = new ChildChannel(socket, onArrival);
    this.#starting = this.#limitStart(settings.startMs ?? START_MS);
    this.ended = this.#end(socket);
  }

  /** To be called when it is ready: a child that never is, is ended. */
  started(): void {
    clearTimeout(this.#starting);
  }

  /** Ends the process and those that it started, at once, also in a loop or a native call. */
  kill(): void {
    if (this.pid === 0 || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    try {
      process.kill(process.platform === "win32" ? this.pid : -this.pid, "SIGKILL");
    } catch {
      this.#process.kill("SIGKILL");
    }
  }

  get lastPrinted(): string {
    return oneLine(this.#printed, 500);
  }

  #limitStart(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#log.warn(`a child was not ready within ${ms / 1_000} seconds and is ended`);
      this.kill();
    }, ms).unref();
  }

  async #end(socket: Socket): Promise<ChildEnd> {
    return await new Promise((resolve) => {
      this.#process.once("error", (error) => {
        this.#log.warn({ err: error }, "a child process could not be started or killed");
        if (this.pid === 0) resolve({ code: null, signal: null, heapFull: false });
      });
      this.#process.once("exit", (code, signal) => {
        this.started();
        void Promise.all([this.#heapFull(signal), closed(socket)]).then(([heapFull]) =>
          resolve({ code, signal, heapFull }),
        );
      });
    });
  }

  #listen(stream: Readable | null, name: string): void {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      this.#printed = (this.#printed + text).slice(-TAIL);
      this.#logged += 1;
      if (this.#logged <= MOST_LOGGED) this.#log.debug({ [name]: oneLine(text, 500) }, "child printed");
    });
  }

  async #heapFull(signal: NodeJS.Signals | null): Promise<boolean> {
    if (signal !== "SIGABRT") return false;
    await closed(this.#process);
    return /heap out of memory|heap limit|invalid table size|array buffer allocation/i.test(this.#printed);
  }
}

/** An unconnected socket where the process could not be started. */
function channelOf({ stdio }: { readonly stdio?: readonly unknown[] }): Socket {
  const socket = stdio?.[CHANNEL];
  return socket instanceof Socket ? socket : new Socket();
}

/** Resolves after `REST_MS` at the latest: a process that the child started may keep its pipes open. */
async function closed(emitter: ChildProcess | Socket): Promise<void> {
  if (emitter instanceof Socket && emitter.closed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, REST_MS);
    emitter.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function spawnChild({ registry, folder, smallBytes, memoryBytes }: ChildSettings): ChildProcess {
  const settings: ChildArguments = { registry, folder, smallBytes, parent: process.pid };
  const megabytes = Math.max(32, Math.floor(memoryBytes / 2 ** 20));
  const options = [`--max-old-space-size=${megabytes}`, ...loader()];
  try {
    return spawn(process.execPath, [...options, entry(), JSON.stringify(settings)], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      env: environment(folder),
      // A process group of its own: Ctrl-C at a terminal does not end units that drain, and a kill reaches all that it started.
      detached: process.platform !== "win32",
    });
  } catch (error) {
    return notStarted(error);
  }
}

/** Node throws some errors of a start, such as ENOMEM, and reports others by `error`; here all are reported. */
function notStarted(error: unknown): ChildProcess {
  const child = new ChildProcess();
  process.nextTick(() => child.emit("error", error));
  return child;
}

/** Holds no search path, token or setting of the machine, so that a file gives the same bytes on any slave. */
function environment(folder: string): NodeJS.ProcessEnv {
  return { TMPDIR: folder, TZ: "UTC", LANG: "C.UTF-8", UV_THREADPOOL_SIZE: "2", MALLOC_ARENA_MAX: "2" };
}

const runsFromSource = import.meta.url.endsWith(".ts");

function entry(): string {
  return fileURLToPath(new URL(runsFromSource ? "./child.ts" : "./child.js", import.meta.url));
}

/** In development the child runs from TypeScript as well. */
function loader(): string[] {
  if (!runsFromSource) return [];
  return ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href];
}
