import { writeFileSync } from "node:fs";
import { AppError, isDiskFull, toFailure } from "../../shared/errors.ts";
import { stepFile } from "../../shared/tasks/stepFile.ts";
import type { StepContext, TaskDefinition, TaskProcess } from "../../shared/tasks/task.ts";
import { diskFull } from "./endings.ts";
import type { ChildArguments, FromChild, ToChild } from "./messages.ts";
import { packResult } from "./packResult.ts";
import { startWatchdog } from "./watchdog.ts";

/** Entry of a child process: it does one unit at a time and may be killed at any moment. */

/** Least time between two progress messages of a unit. */
const PROGRESS_MS = 200;

type Unit = Extract<ToChild, { type: "unit" }>;
interface Registry {
  readonly taskNamed: (name: string) => TaskDefinition;
}

const settings = JSON.parse(process.argv[2] ?? "{}") as ChildArguments;
const loaded = new Map<string, Promise<TaskProcess>>();

await main();

async function main(): Promise<void> {
  startWatchdog(settings.parent);
  offerToOomKiller();
  process.chdir(settings.folder);
  const registry = (await import(settings.registry)) as Registry;
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message) => {
    const handled = handle(registry, message as ToChild);
    handled.catch((error: unknown) => {
      throw error;
    });
  });
  send({ type: "ready" });
}

async function handle(registry: Registry, message: ToChild): Promise<void> {
  if (message.type === "warm") send(await warm(registry, message.task));
  else send(await doUnit(registry, message));
}

async function warm(registry: Registry, task: string): Promise<FromChild> {
  try {
    const { warmUp } = await load(registry, task);
    await warmUp?.();
    return { type: "warmed", task };
  } catch (error) {
    return { type: "warmed", task, error: String(error) };
  }
}

async function doUnit(registry: Registry, unit: Unit): Promise<FromChild> {
  const { id, files, args, options } = unit;
  const { folder, smallBytes } = settings;
  try {
    if (process.cwd() !== folder) process.chdir(folder);
    const { steps } = await load(registry, unit.task);
    const step = steps[unit.step];
    if (step === undefined) throw new Error(`task ${unit.task} has no step ${unit.step}`);
    const output = await step({ files: files.map(stepFile), args, options }, contextOf(id));
    return { type: "done", id, ...(await packResult(output, folder, smallBytes)) };
  } catch (error) {
    const stack =
      error instanceof Error && !(error instanceof AppError) ? { stack: String(error.stack) } : {};
    // A full disk is nothing that the file did: the slave's process hands the unit back.
    const failure = toFailure(isDiskFull(error) ? diskFull() : error);
    return { type: "failed", id, ...failure, ...stack };
  }
}

function contextOf(id: number): StepContext {
  let last = 0;
  const progress = (done?: number) => {
    const now = Date.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    send({ type: "progress", id, ...(done === undefined ? {} : { done: Math.min(1, Math.max(0, done)) }) });
  };
  return { folder: settings.folder, progress };
}

function load(registry: Registry, task: string): Promise<TaskProcess> {
  const known = loaded.get(task);
  if (known !== undefined) return known;
  const loading = registry.taskNamed(task).load();
  loaded.set(task, loading);
  return loading;
}

function send(message: FromChild): void {
  process.send?.(message);
}

/** When the machine runs out of memory, the kernel shall end a child before anything else. */
function offerToOomKiller(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "800");
  } catch {
    // Only Linux has it, and a container may forbid it.
  }
}
