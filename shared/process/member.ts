import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { AppError } from "../errors.ts";
import { MASTER_OPTIONS } from "./nodeOptions.ts";
import type { ReadyMessage } from "./ready.ts";

export type Role = "master" | "slave";

export interface MemberRequest {
  readonly role: Role;
  /** All of its environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Its log, line by line. */
  readonly onLog: (line: string) => void;
}

/** A master or a slave that this process started. It ends when this process does, however that ends. */
export interface Member {
  readonly role: Role;
  /** Where it answers, once it does. @throws AppError `not_started`, with what it said last */
  readonly ready: Promise<string>;
  /** Resolves when its process is gone. */
  readonly exited: Promise<string>;
  /** Asks it to drain, and ends it when that takes longer than this. */
  stop(graceMs: number): Promise<void>;
}

/** Lines of the log that are kept to explain a start that failed. */
const KEPT_LINES = 5;

export function startMember({ role, env, onLog }: MemberRequest): Member {
  const child = fork(entryOf(role), [], {
    env,
    execArgv: optionsOf(role),
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    // Ctrl-C reaches a whole process group; these are told one by one, in the right order.
    detached: true,
  });
  const last: string[] = [];
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      last.push(line);
      if (last.length > KEPT_LINES) last.shift();
      // What it says without the log's form is why it could not start: the error below tells it.
      if (line.startsWith("{")) onLog(line);
    });
  }
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    // After `close` its last lines have been read too.
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const ready = readyUrl(child, exited, () => notStarted(role, last));
  // Whoever does not wait for it must not be ended by it.
  ready.catch(() => undefined);
  return { role, ready, exited, stop: (graceMs) => stop(child, exited, graceMs) };
}

/** As this process was started, which knows how to run from source; but a master's own options are a master's alone. */
function optionsOf(role: Role): string[] {
  const common = process.execArgv.filter((option) => !MASTER_OPTIONS.includes(option));
  return role === "master" ? [...common, ...MASTER_OPTIONS] : common;
}

/** The entry beside this file: built, or as source where this process itself runs from source. */
function entryOf(role: Role): string {
  return fileURLToPath(new URL(`../../${role}/main${import.meta.url.slice(-3)}`, import.meta.url));
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

async function stop(child: ChildProcess, exited: Promise<string>, graceMs: number): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await exited;
  clearTimeout(timer);
}
