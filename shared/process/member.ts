import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { AppError } from "../errors.ts";
import { MASTER_OPTIONS } from "./nodeOptions.ts";
import type { ReadyMessage } from "./ready.ts";

export type Role = "master" | "slave";

export interface MemberRequest {
  readonly role: Role;
  /** The whole environment of the process. */
  readonly env: NodeJS.ProcessEnv;
  /** Called with each line of the process's log. */
  readonly onLog: (line: string) => void;
}

/** A master or a slave that this process started. It ends when this process ends, also when that is killed. */
export interface Member {
  readonly role: Role;
  /** URL of the member, once it answers. @throws AppError `not_started`, with the last lines of its output */
  readonly ready: Promise<string>;
  /** Resolves when the process has ended, with its signal or exit code in words. */
  readonly exited: Promise<string>;
  /** Makes the member drain, and kills it when the signal is aborted. */
  stop(late: AbortSignal): Promise<void>;
}

/** Lines of the log that are kept to explain a start that failed. */
const KEPT_LINES = 5;

export function startMember({ role, env, onLog }: MemberRequest): Member {
  const child = fork(fileURLToPath(entryOf(role)), [], {
    // This process reads the lines as JSON; its own log may have another format.
    env: { ...env, LOG_FORMAT: "json" },
    execArgv: optionsOf(role),
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    // Ctrl-C reaches a whole process group; members are told one by one, slaves before their master.
    detached: true,
  });
  const last: string[] = [];
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      last.push(line);
      if (last.length > KEPT_LINES) last.shift();
      // A line that is not in the log's form tells why it could not start: the error of `ready` carries it.
      if (line.startsWith("{")) onLog(line);
    });
  }
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    // After `close` its last lines have been read too.
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const ready = readyUrl(child, exited, () => notStarted(role, last));
  // A rejection that no caller awaits must not end this process.
  ready.catch(() => undefined);
  return { role, ready, exited, stop: (late) => stop(child, exited, late) };
}

/** Node's options of this process, which may load TypeScript; options for masters go to masters only. */
function optionsOf(role: Role): string[] {
  const common = process.execArgv.filter((option) => !MASTER_OPTIONS.includes(option));
  return role === "master" ? [...common, ...MASTER_OPTIONS] : common;
}

/** URL of the entry beside this file: built, or as source where this process itself runs from source. */
export function entryOf(role: Role): URL {
  return new URL(`../../${role}/main${import.meta.url.slice(-3)}`, import.meta.url);
}

/** Program that brings the master's database to the schema of this version. */
export function migrationEntry(): URL {
  return new URL(`../../master/migrate${import.meta.url.slice(-3)}`, import.meta.url);
}

async function readyUrl(
  child: ChildProcess,
  exited: Promise<string>,
  failure: () => AppError,
): Promise<string> {
  const told = new Promise<string>((resolve) => {
    child.on("message", (message) => {
      if (isReady(message)) resolve(message.url);
    });
  });
  const url = await Promise.race([told, exited.then(() => undefined)]);
  if (url === undefined) throw failure();
  return url;
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === "object" && message !== null && "type" in message && message.type === "ready";
}

function notStarted(role: Role, lines: readonly string[]): AppError {
  const said = lines
    .filter((line) => !line.startsWith("{"))
    .join(" ")
    .trim();
  return new AppError(
    "not_started",
    `The ${role} could not start: ${said || lines.at(-1) || "it said nothing"}`,
  );
}

async function stop(child: ChildProcess, exited: Promise<string>, late: AbortSignal): Promise<void> {
  const kill = () => child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  if (late.aborted) kill();
  else late.addEventListener("abort", kill, { once: true });
  await exited;
  late.removeEventListener("abort", kill);
}
