import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../shared/errors.ts";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import { Child, type ChildEnd, type ChildSettings } from "./childProcess.ts";
import { crashed, ending, handedBack, outOfMemory } from "./endings.ts";
import { residentBytes } from "./memory.ts";
import type { ChildResult, FromChild } from "./messages.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";
import { emptyFolder, takeOver } from "./unitFolder.ts";
import { type Budgets, type Watch, watchUnit } from "./watch.ts";

export interface SlotSettings extends ChildSettings, Budgets {
  /** Units after which the child makes room for a new one. */
  readonly maxUnits: number;
}

/** What a slot tells its pool. */
export interface SlotEvents {
  readonly onIdle: () => void;
  /** Its child failed to start, so many times in a row. */
  readonly onFailedStart: (times: number) => void;
}

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

/** Over this share of the memory limit an idle child is replaced: the next file shall not pay for the last one. */
const FULL_SHARE = 0.75;
/** After shorter units the memory is looked at now and then only: it costs as much as they do. */
const LONG_UNIT_SECONDS = 0.05;
const LONGEST_BACKOFF_MS = 10_000;

let lastId = 0;

/** Keeps one child alive and gives it one unit at a time. */
export class Slot {
  readonly #settings: SlotSettings;
  readonly #events: SlotEvents;
  #child: Child | undefined;
  #state: "starting" | "idle" | "warming" | "busy" | "closed" = "starting";
  #loaded = new Set<string>();
  /** Tasks whose warming up ended the child: they are left to their first unit. */
  readonly #notWarmed = new Set<string>();
  #toWarm = "";
  #run: Run | undefined;
  #units = 0;
  #failedStarts = 0;
  #gone = Promise.resolve();
  #restart: NodeJS.Timeout | undefined;

  constructor(settings: SlotSettings, events: SlotEvents) {
    this.#settings = settings;
    this.#events = events;
    mkdirSync(settings.folder, { recursive: true });
  }

  get idle(): boolean {
    return this.#state === "idle";
  }

  get warming(): boolean {
    return this.#state === "warming";
  }

  /** Tasks that its child has loaded. */
  get loaded(): ReadonlySet<string> {
    return this.#loaded;
  }

  get running(): { readonly unit: LocalUnit; readonly startedAt: number } | undefined {
    return this.#run;
  }

  get residentBytes(): number {
    return this.#child === undefined ? 0 : (residentBytes(this.#child.pid) ?? 0);
  }

  start(): void {
    if (this.#state === "closed") return;
    this.#state = "starting";
    this.#loaded = new Set(this.#notWarmed);
    this.#units = 0;
    this.#gone = new Promise((resolve) => {
      this.#child = new Child(this.#settings, {
        onMessage: (message) => this.#hear(message),
        onEnd: (end) => {
          this.#ended(end);
          resolve();
        },
      });
    });
  }

  /** Loads a task ahead. Only when idle. */
  warm(task: string): void {
    this.#state = "warming";
    this.#toWarm = task;
    this.#loaded.add(task);
    this.#child?.send({ type: "warm", task });
  }

  /** Only when idle. @throws what the step threw, or why the child ended. */
  async run(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    const child = this.#child;
    if (child === undefined) throw handedBack("The child that was to do it is gone.");
    this.#state = "busy";
    this.#loaded.add(unit.task);
    this.#units += 1;
    lastId += 1;
    const id = lastId;
    const end = (reason: unknown) => {
      if (this.#run?.id !== id) return;
      this.#run.reason ??= reason;
      child.kill();
    };
    const onAbort = () => end(hooks.signal.reason);
    const watch = watchUnit(child.pid, this.#settings, end);
    hooks.signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await new Promise<UnitOutput>((resolve, reject) => {
        this.#run = { id, unit, hooks, startedAt: performance.now(), watch, resolve, reject };
        hooks.onStart?.();
        child.send({ type: "unit", id, ...unit });
      });
    } finally {
      watch.stop();
      hooks.signal.removeEventListener("abort", onAbort);
    }
  }

  async close(): Promise<void> {
    this.#state = "closed";
    clearTimeout(this.#restart);
    this.#child?.kill();
    await this.#gone;
  }

  #hear(message: FromChild): void {
    switch (message.type) {
      case "ready":
        this.#failedStarts = 0;
        this.#free();
        break;
      case "warmed":
        if (message.error !== undefined)
          this.#settings.log.warn({ task: message.task, reason: message.error }, "warming up failed");
        this.#free();
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
    try {
      const result = await takeOver(resultOf(message), folder, join(run.hooks.keepIn, `part-${run.id}`));
      run.resolve({ ...result, seconds });
    } catch (error) {
      run.reject(error);
    }
    await this.#tidy(seconds);
  }

  /** Between two units: nothing of the last one may be left. */
  async #tidy(seconds: number): Promise<void> {
    const { folder, log, maxUnits, memoryBytes } = this.#settings;
    await emptyFolder(folder).catch((error: unknown) => log.warn({ err: error }, "a unit's folder stays"));
    if (this.#state !== "busy") return;
    const look = seconds > LONG_UNIT_SECONDS || this.#units % 10 === 0;
    const full = look && this.residentBytes > memoryBytes * FULL_SHARE;
    if (this.#units >= maxUnits || full) this.#child?.kill();
    else this.#free();
  }

  #free(): void {
    if (this.#state === "closed") return;
    this.#state = "idle";
    this.#events.onIdle();
  }

  #ended(end: ChildEnd): void {
    const { log, memoryBytes } = this.#settings;
    const run = this.#run;
    const started = this.#state !== "starting";
    if (this.#state === "warming") this.#notWarmed.add(this.#toWarm);
    this.#run = undefined;
    if (run !== undefined)
      run.reject(run.reason ?? (end.heapFull ? outOfMemory(memoryBytes) : crashed(end.code, end.signal)));
    if (this.#state === "closed") return;
    if (run?.reason === undefined && end.signal !== "SIGKILL")
      log.warn({ printed: this.#child?.lastPrinted }, `a child ${ending(end.code, end.signal)}`);
    this.#child = undefined;
    this.#state = "starting";
    this.#failedStarts = started ? 0 : this.#failedStarts + 1;
    if (!started) this.#events.onFailedStart(this.#failedStarts);
    const delay = started ? 0 : Math.min(100 * 2 ** (this.#failedStarts - 1), LONGEST_BACKOFF_MS);
    this.#restart = setTimeout(() => void this.#startAgain(), delay);
  }

  async #startAgain(): Promise<void> {
    await emptyFolder(this.#settings.folder).catch(() => undefined);
    this.start();
  }
}

function resultOf(message: Answer): ChildResult {
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
