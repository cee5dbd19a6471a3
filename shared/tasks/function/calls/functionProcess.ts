import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { residentBytes } from "../../../process/resident.ts";
import type { FunctionMode, FunctionSettings } from "./protocol.ts";

export interface ProcessEvents {
  /** Whole lines that have come together. */
  readonly onLines: (lines: readonly string[]) => void;
  /** Called once, when the process is gone and all that it sent has come. */
  readonly onEnd: (end: ProcessEnd) => void;
}

export interface ProcessEnd {
  /** How it ended, for people. */
  readonly how: string;
  /** Its JavaScript heap was full. */
  readonly heapFull: boolean;
  readonly neverRan: boolean;
}

const SILENT: ProcessEvents = { onLines: () => undefined, onEnd: () => undefined };

/** Bytes that Node and the engine need beside the function's own memory. */
const BASE_BYTES = 112 * 2 ** 20;
/** Most characters of a line. */
const LONGEST_LINE = 64_000_000;
/** Characters of its last error output that are kept. */
const TAIL = 2_000;
/** Open files and sockets. */
const MOST_DESCRIPTORS = 64;

/** A process for the calls of one function. It has no environment, and Node's own permissions forbid it what they can. */
export class FunctionProcess {
  readonly #process: ChildProcess;
  readonly #socket: Socket;
  readonly #limitBytes: number;
  #events: ProcessEvents = SILENT;
  #rest = "";
  #printed = "";

  constructor(mode: FunctionMode, settings: FunctionSettings) {
    this.#limitBytes = settings.memoryMb * 2 ** 20 + BASE_BYTES;
    this.#process = started(mode, settings.memoryMb);
    const channel = this.#process.stdio[3];
    this.#socket = channel instanceof Socket ? channel : new Socket();
    this.#listen();
    this.send([JSON.stringify(settings)]);
  }

  send(lines: readonly string[]): void {
    if (this.#socket.writable) this.#socket.write(`${lines.join("\n")}\n`);
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** Whether it has more memory than it may; false where the system does not tell. */
  get isTooLarge(): boolean {
    const { pid } = this.#process;
    return pid !== undefined && (residentBytes(pid) ?? 0) > this.#limitBytes;
  }

  /** From now on these events are told, and no others; without any, none. */
  tell(events: ProcessEvents = SILENT): void {
    this.#events = events;
  }

  #listen(): void {
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#printed = (this.#printed + text).slice(-TAIL);
    });
    this.#socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop() ?? "";
      if (this.#rest.length > LONGEST_LINE) this.kill();
      if (lines.length > 0) this.#events.onLines(lines);
    });
    this.#socket.on("error", () => undefined);
    let isOver = false;
    const end = (how: string) => {
      const heapFull = /heap out of memory|heap limit/i.test(this.#printed);
      if (!isOver) this.#events.onEnd({ how, heapFull, neverRan: this.#process.pid === undefined });
      isOver = true;
    };
    this.#process.once("error", (error) => end(error.message));
    // `close` comes after the last output.
    this.#process.once("close", (code, signal) => end(signal ?? `exit code ${code}`));
  }
}

function started(mode: FunctionMode, memoryMb: number): ChildProcess {
  const heap = mode === "sandbox" ? "" : `--max-old-space-size=${memoryMb}`;
  const node = [process.execPath, heap, ...permissions(), ENTRY, mode].filter((part) => part !== "");
  const [command = "", ...args] = process.platform === "win32" ? node : ["/bin/sh", "-c", LIMITED, ...node];
  return spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: { TZ: "UTC", LANG: "C.UTF-8" },
    cwd: "/",
  });
}

/** No core dumps, no bytes in files, few descriptors; then the shell becomes the process. */
const LIMITED = `ulimit -c 0; ulimit -f 0; ulimit -n ${MOST_DESCRIPTORS}; exec "$0" "$@"`;

/** The built entry, also in development: a loader of TypeScript needs rights that the process must not have. */
const HERE = import.meta.url.endsWith(".ts")
  ? new URL("../../../../dist/shared/tasks/function/calls/", import.meta.url)
  : new URL("./", import.meta.url);
const ENTRY = fileURLToPath(new URL("main.js", HERE));

/** It may read its own code, and that of QuickJS. */
function permissions(): string[] {
  const flags = process.allowedNodeEnvironmentFlags;
  const flag = flags.has("--permission") ? "--permission" : "--experimental-permission";
  if (!flags.has(flag)) return [];
  const core = placesOf("quickjs-emscripten-core", import.meta.url);
  const folders = [
    fileURLToPath(new URL("../../../", HERE)),
    ...core.folders,
    ...placesOf("@jitl/quickjs-wasmfile-release-sync", import.meta.url).folders,
    // A dependency of the core alone, which need not stand where this module finds it.
    ...placesOf("@jitl/quickjs-ffi-types", core.entry).folders,
  ];
  // Node 20 ends with an abort when a folder is named twice.
  return [flag, ...[...new Set(folders)].map((folder) => `--allow-fs-read=${folder}*`), "--no-warnings"];
}

/** Where a package is: its folder, and the link that leads there in installations that are made of links. */
function placesOf(
  name: string,
  from: string,
): { readonly entry: string; readonly folders: readonly string[] } {
  const { resolve } = createRequire(from);
  const entry = resolve(name);
  const looked = (resolve.paths(name) ?? []).map((folder) => join(folder, name));
  return {
    entry,
    folders: [...looked.filter(existsSync), dirname(dirname(entry))].map((folder) => `${folder}/`),
  };
}
