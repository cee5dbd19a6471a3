import { readdirSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { AppError, isDiskFull, toFailure } from "../../shared/errors.ts";
import type { LocalFile } from "../../shared/tasks/local.ts";
import { stepFile } from "../../shared/tasks/stepFile.ts";
import type { StepContext, TaskDefinition, TaskProcess } from "../../shared/tasks/task.ts";
import { ChildChannel } from "./channel.ts";
import { diskFull } from "./endings.ts";
import type { ChildArguments, FileHead, FromChild, ToChild } from "./messages.ts";
import { packResult } from "./packResult.ts";
import { startWatchdog } from "./watchdog.ts";

/** Entry of a child process. It does one unit at a time and may be killed at any moment. */

/** Least time between two progress messages of a unit. */
const PROGRESS_MS = 200;
/** Descriptor of the pipe to the slave's process. */
const CHANNEL = 3;

type UnitMessage = Extract<ToChild, { type: "unit" }>;
interface Received {
  readonly head: Exclude<ToChild, { type: "go" | "drop" }>;
  readonly body: Buffer;
}
interface Registry {
  readonly taskNamed: (name: string) => TaskDefinition;
}

const settings = JSON.parse(process.argv[2] ?? "{}") as ChildArguments;
const loaded = new Map<string, Promise<TaskProcess>>();
const received: Received[] = [];
/** Ids of received units that were withdrawn. */
const dropped = new Set<number>();
let working = false;
/** The slave's process is emptying the folder; no unit begins until it says `go`. */
let paused = false;

startWatchdog(settings.parent);
offerToOomKiller();
process.chdir(settings.folder);
const registry = (await import(settings.registry)) as Registry;
const socket = new Socket({ fd: CHANNEL, readable: true, writable: true });
const channel = new ChildChannel<FromChild, ToChild>(socket, receive);
socket.once("close", () => process.exit(0));
channel.send({ type: "ready" });

function receive(): void {
  for (const { head, body } of channel.take())
    if (head.type === "go") paused = false;
    else if (head.type === "drop") drop(head.id);
    else received.push({ head, body });
  work().catch((error: unknown) => {
    throw error;
  });
}

/** A unit that has begun is done to its end. */
function drop(id: number): void {
  if (received.some(({ head }) => head.type === "unit" && head.id === id)) dropped.add(id);
}

async function work(): Promise<void> {
  if (working) return;
  working = true;
  for (let next = nextMessage(); next !== undefined; next = nextMessage()) {
    if (next.head.type === "warm") channel.send(await warm(next.head.task));
    else if (dropped.delete(next.head.id)) skip(next.head);
    else await answer(next.head, next.body);
    // The next unit may end this process, so the slave's process must have this answer first.
    await channel.flushed();
  }
  working = false;
}

function nextMessage(): Received | undefined {
  return paused ? undefined : received.shift();
}

async function warm(task: string): Promise<FromChild> {
  try {
    const { warmUp } = await load(registry.taskNamed(task));
    await warmUp?.();
    return { type: "warmed", task };
  } catch (error) {
    return { type: "warmed", task, error: String(error) };
  }
}

/** The slave's process counts on an answer for each unit in turn. */
function skip({ id }: UnitMessage): void {
  channel.send({ type: "skipped", id, seconds: 0, isLittered: false });
}

async function answer(unit: UnitMessage, body: Buffer): Promise<void> {
  const { id } = unit;
  const started = performance.now();
  const outcome = await doUnit(unit, body);
  const seconds = (performance.now() - started) / 1_000;
  paused = isLittered(settings.folder);
  const about = { id, seconds, isLittered: paused };
  if ("code" in outcome) {
    channel.send({ type: "failed", ...about, ...outcome });
    return;
  }
  const { body: result, ...rest } = outcome;
  if (result instanceof Uint8Array) channel.send({ type: "done", ...about, ...rest }, [result]);
  else channel.send({ type: "done", ...about, ...rest, path: result.path });
}

async function doUnit(unit: UnitMessage, body: Buffer) {
  const { folder, smallBytes } = settings;
  try {
    if (process.cwd() !== folder) process.chdir(folder);
    const task = registry.taskNamed(unit.task);
    const { steps } = await load(task);
    const step = steps[unit.step];
    if (step === undefined) throw new Error(`task ${unit.task} has no step ${unit.step}`);
    const files = filesOf(unit.files, body).map(stepFile);
    const output = await step({ task, files, args: unit.args, options: unit.options }, contextOf(unit.id));
    return await packResult(output, folder, smallBytes);
  } catch (error) {
    const stack =
      error instanceof Error && !(error instanceof AppError) ? { stack: String(error.stack) } : {};
    // A full disk is not the file's fault: the slave's process hands the unit back.
    return { ...toFailure(isDiskFull(error) ? diskFull() : error), ...stack };
  }
}

function isLittered(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return true;
  }
}

function filesOf(heads: readonly FileHead[], bytes: Buffer): LocalFile[] {
  let at = 0;
  return heads.map(({ body, ...about }) => {
    if (typeof body === "object") return { ...about, body };
    at += body;
    // A copy: a library may detach the buffer of its input, and that buffer holds bytes of other units, too.
    return { ...about, body: new Uint8Array(bytes.subarray(at - body, at)) };
  });
}

function contextOf(id: number): StepContext {
  // A unit that ends before the first interval sends none: each message wakes the slave and then the master.
  let last = Date.now();
  const progress = (done?: number) => {
    const now = Date.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    channel.send({
      type: "progress",
      id,
      ...(done === undefined ? {} : { done: Math.min(1, Math.max(0, done)) }),
    });
  };
  return { folder: settings.folder, progress };
}

function load(task: TaskDefinition): Promise<TaskProcess> {
  const known = loaded.get(task.name);
  if (known !== undefined) return known;
  const loading = task.load();
  loaded.set(task.name, loading);
  return loading;
}

/** Makes the kernel end a child before any other process when the machine runs out of memory. */
function offerToOomKiller(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "800");
  } catch {
    // Only Linux has it, and a container may forbid it.
  }
}
