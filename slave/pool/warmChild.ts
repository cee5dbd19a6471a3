import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DISK_FULL } from "../../shared/contract/frames.ts";
import { AppError } from "../../shared/errors.ts";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import { Child, type ChildEnd, type ChildSettings } from "./childProcess.ts";
import { crashed, diskFull, ending, outOfMemory } from "./endings.ts";
import { residentBytes } from "./memory.ts";
import type { ChildResult, FromChild } from "./messages.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";
import { emptyFolder, takeOver } from "./unitFolder.ts";
import { type Budgets, type Watch, watchUnit } from "./watch.ts";

export type WarmChildSettings = ChildSettings & Budgets;

export interface WarmChildEvents {
  /** It can take a unit: after its start, and after each unit once nothing of that is left. */
  readonly onIdle: () => void;
  /** Called once. `during`: what it was doing when it ended; `task`: what it was warming up. */
  readonly onEnd: (during: State, task: string | undefined) => void;
}

export type State = "starting" | "idle" | "warming" | "busy" | "ended";
type Answer = Extract<FromChild, { type: "done" | "failed" }>;

interface Run {
  readonly id: number;
  readonly unit: LocalUnit;
  readonly hooks: UnitHooks;
  readonly startedAt: number;
  readonly watch: Watch;
  readonly resolve: (output: UnitOutput) => void;
  readonly reject: (error: unknown) => void;
  /** Why the child was killed under it. */
  reason?: unknown;
}

let lastId = 0;

/** A child process with its folder; it does one unit at a time, until it ends. */
export class WarmChild {
  /** Resolves when the process is gone and its folder removed. */
  readonly gone: Promise<void>;
  readonly loaded = new Set<string>();
  units = 0;
  readonly #settings: WarmChildSettings;
  readonly #events: WarmChildEvents;
  readonly #child: Child;
  #state: State = "starting";
  #warming: string | undefined;
  #run: Run | undefined;
  #isDismissed = false;

  /** `settings.folder` is made, and is its alone. */
  constructor(settings: WarmChildSettings, events: WarmChildEvents) {
    this.#settings = settings;
    this.#events = events;
    mkdirSync(settings.folder, { recursive: true });
    const { promise, resolve } = deferred<ChildEnd>();
    this.#child = new Child(settings, { onMessage: (message) => this.#hear(message), onEnd: resolve });
    this.gone = promise.then((end) => this.#ended(end));
  }

  get state(): State {
    return this.#state;
  }

  get running(): { readonly unit: LocalUnit; readonly startedAt: number } | undefined {
    return this.#run;
  }

  get residentBytes(): number {
    return residentBytes(this.#child.pid) ?? 0;
  }

  /** Loads a task ahead. Only when idle. */
  warm(task: string): void {
    this.#state = "warming";
    this.#warming = task;
    this.loaded.add(task);
    this.#child.send({ type: "warm", task });
  }

  /** Only when idle. @throws what the step threw, or why the child ended. */
  async run(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    this.#state = "busy";
    this.loaded.add(unit.task);
    this.units += 1;
    lastId += 1;
    const id = lastId;
    const end = (reason: unknown) => {
      if (this.#run?.id !== id) return;
      this.#run.reason ??= reason;
      this.#child.kill();
    };
    const onAbort = () => end(hooks.signal.reason);
    const watch = watchUnit(this.#child.pid, { ...this.#settings, ...hooks.budgets }, end);
    hooks.signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await new Promise<UnitOutput>((resolve, reject) => {
        this.#run = { id, unit, hooks, startedAt: performance.now(), watch, resolve, reject };
        hooks.onStart?.();
        this.#child.send({ type: "unit", id, ...unit });
      });
    } finally {
      watch.stop();
      hooks.signal.removeEventListener("abort", onAbort);
    }
  }

  /** Ends it on purpose; `onEnd` is not called. */
  dismiss(): void {
    this.#isDismissed = true;
    this.#child.kill();
  }

  #hear(message: FromChild): void {
    switch (message.type) {
      case "ready":
        this.#idle();
        break;
      case "warmed":
        if (message.error !== undefined)
          this.#settings.log.warn({ task: message.task, reason: message.error }, "warming up failed");
        this.#idle();
        break;
      case "progress":
        this.#progress(message);
        break;
      default:
        void this.#answered(message);
    }
  }

  #progress(message: Extract<FromChild, { type: "progress" }>): void {
    if (this.#run?.id !== message.id) return;
    this.#run.watch.progress();
    this.#run.hooks.onProgress?.(message.done);
  }

  async #answered(message: Answer): Promise<void> {
    const run = this.#run;
    if (run?.id !== message.id || run.reason !== undefined) return;
    this.#run = undefined;
    run.watch.stop();
    const { folder, log } = this.#settings;
    const seconds = (performance.now() - run.startedAt) / 1_000;
    if (message.type === "failed" && message.stack !== undefined)
      log.error({ task: run.unit.task, stack: message.stack }, "a step failed");
    const target = join(run.hooks.keepIn, `part-${run.id}`);
    const settle = settling(run, () => ({ ...takeOver(resultOf(message), folder, target), seconds }));
    // Before the answer: who asked for it has the next unit ready.
    await this.#tidy();
    settle();
  }

  async #tidy(): Promise<void> {
    const { folder, log } = this.#settings;
    try {
      await emptyFolder(folder);
    } catch (error) {
      log.warn({ err: error }, "a unit left its folder in disorder: its child ends");
      this.#child.kill();
      return;
    }
    if (this.#state === "busy") this.#idle();
  }

  #idle(): void {
    this.#state = "idle";
    this.#events.onIdle();
  }

  async #ended(end: ChildEnd): Promise<void> {
    const { log, memoryBytes, folder } = this.#settings;
    const run = this.#run;
    const during = this.#state;
    this.#run = undefined;
    this.#state = "ended";
    run?.reject(run.reason ?? (end.heapFull ? outOfMemory(memoryBytes) : crashed(end.code, end.signal)));
    if (!this.#isDismissed && run?.reason === undefined)
      log.warn({ printed: this.#child.lastPrinted }, `a child ${ending(end.code, end.signal)}`);
    if (!this.#isDismissed) this.#events.onEnd(during, this.#warming);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Makes the output now; what is returned tells it, or why there is none. */
function settling({ resolve, reject }: Run, make: () => UnitOutput): () => void {
  try {
    const output = make();
    return () => resolve(output);
  } catch (error) {
    return () => reject(error);
  }
}

function resultOf(message: Answer): ChildResult {
  if (message.type === "failed" && message.code === DISK_FULL) throw diskFull();
  if (message.type === "failed") throw new AppError(message.code, message.error, { status: 422 });
  const { body, bytes, sha256, summary, info } = message;
  return {
    body,
    bytes,
    sha256,
    ...(summary === undefined ? {} : { summary }),
    ...(info === undefined ? {} : { info }),
  };
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
