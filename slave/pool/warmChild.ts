import { rm } from "node:fs/promises";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import { Arrivals } from "./arrivals.ts";
import { Child, type ChildEnd } from "./childProcess.ts";
import {
  type ChildEvent,
  type ChildState,
  isLive,
  isUp,
  type KillCause,
  runningUnit,
  transition,
  waitingUnits,
} from "./childState.ts";
import { crashed, NotBegunError, outOfMemory } from "./endings.ts";
import { ChildMemory } from "./memory.ts";
import type { FromChild } from "./messages.ts";
import { kindOf } from "./pace.ts";
import { reportEnd, reportFault } from "./reports.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";
import { emptyFolder, makeFolder } from "./unitFolder.ts";
import { type ChildAnswer, UnitRun } from "./unitRun.ts";
import type { WarmChildEvents, WarmChildSettings } from "./warmChildDeps.ts";

/** A child process with its folder. It does units one after the other until it ends. */
export class WarmChild {
  /** Resolves when the process is gone and its folder removed. */
  readonly gone: Promise<void>;
  readonly memory: ChildMemory;
  readonly #settings: WarmChildSettings;
  readonly #events: WarmChildEvents;
  readonly #child: Child;
  readonly #loaded = new Set<string>();
  /** Tasks that the child was told to load ahead. */
  readonly #triedToWarm = new Set<string>();
  #state: ChildState<UnitRun> = { kind: "starting" };
  #units = 0;
  readonly #arrivals = new Arrivals(() => this.#readAll());

  /** `settings.folder` is made here, for this child alone. */
  constructor(settings: WarmChildSettings, events: WarmChildEvents) {
    this.#settings = settings;
    this.#events = events;
    makeFolder(settings);
    this.#child = new Child(settings, () => this.#arrivals.arrived(waitingUnits(this.#state).length));
    this.memory = new ChildMemory(this.#child.pid, settings.memoryBytes);
    this.gone = this.#child.ended.then((end) => this.#ended(end));
  }

  get isUp(): boolean {
    return isUp(this.#state);
  }

  get isIdle(): boolean {
    return this.#state.kind === "idle";
  }

  get isWarming(): boolean {
    return this.#state.kind === "warming";
  }

  /** Units that it was given so far. */
  get units(): number {
    return this.#units;
  }

  /** Tasks that are in its memory. */
  get loaded(): ReadonlySet<string> {
    return this.#loaded;
  }

  get running(): UnitRun | undefined {
    return runningUnit(this.#state);
  }

  /** Whether this unit may wait here behind units of its kind, `depth` of them with it. */
  canQueue(unit: LocalUnit, depth: number): boolean {
    const state = this.#state;
    if (state.kind !== "working" || 1 + state.waiting.length >= depth) return false;
    return kindOf(state.running.unit) === kindOf(unit);
  }

  /** Whether it is idle and has neither loaded this task nor tried to load it ahead. */
  canWarm(task: string): boolean {
    return this.isIdle && !this.#loaded.has(task) && !this.#triedToWarm.has(task);
  }

  /** Loads a task ahead of its first unit. Only when `canWarm` says so. */
  warm(task: string): void {
    this.#triedToWarm.add(task);
    this.#apply({ type: "told_to_warm", task });
    this.#child.channel.sendSoon({ type: "warm", task });
  }

  /**
   * Only when idle, or when `canQueue` says so.
   * @throws what the step threw, or why the child ended; NotBegunError when it ended before the unit's turn.
   */
  run(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    const run: UnitRun = new UnitRun(unit, hooks, {
      onCancel: (reason) => (this.running === run ? this.#endUnit(run, reason) : this.#withdraw(run, reason)),
      onStop: (reason) => this.running === run || this.#withdraw(run, reason),
    });
    const wasIdle = this.isIdle;
    this.#apply({ type: "given", unit: run });
    this.#units += 1;
    if (wasIdle) this.#begin(run);
    const { head, body } = run.message();
    this.#child.channel.sendSoon(head, body);
    return run.output;
  }

  /** Units that wait behind a long one fail with NotBegunError. */
  releaseWaiting(): void {
    const state = this.#state;
    if (state.kind !== "working" || !state.running.isLong) return;
    for (const waiting of state.waiting) this.#withdraw(waiting, new NotBegunError());
  }

  /** Ends it at once. Its units fail. */
  dismiss(): void {
    this.#kill({ kind: "dismissed" });
  }

  #apply(event: ChildEvent<UnitRun>): ChildState<UnitRun> {
    this.#state = transition(this.#state, event);
    return this.#state;
  }

  /** Fails a unit that waits. The child skips it: its files may be gone before its turn. */
  #withdraw(run: UnitRun, reason: unknown): void {
    if (run.isOver) return;
    run.fail(reason);
    this.#child.channel.sendSoon({ type: "drop", id: run.id });
  }

  #kill(cause: KillCause): void {
    this.#apply({ type: "killed", cause });
    this.#child.kill();
  }

  #begin(run: UnitRun): void {
    run.begin(this.#child.pid, this.#settings, {
      onLong: this.#events.onLongUnit,
      // Messages that have come by now count: the unit may be done, and the next one have begun.
      onOverrun: (reason) => setImmediate(() => this.#endUnit(run, reason)),
    });
  }

  #endUnit(run: UnitRun, reason: unknown): void {
    this.#readAll();
    if (this.#state.kind === "working" && this.#state.running === run) this.#kill({ kind: "unit", reason });
  }

  #readAll(): void {
    this.#arrivals.read();
    try {
      for (const { head, body } of this.#child.channel.take()) {
        if (!isLive(this.#state)) return;
        this.#read(head, body);
      }
    } catch (error) {
      this.#settings.log.warn({ err: error }, "a child sent an unreadable message: another replaces it");
      this.#kill({ kind: "unusable" });
    }
    if (this.#state.kind === "working") this.#events.onFree();
  }

  #read(message: FromChild, body: Buffer): void {
    switch (message.type) {
      case "ready":
        this.#child.started();
        this.#apply({ type: "ready" });
        this.#events.onFree();
        break;
      case "warmed":
        this.#afterWarming(message);
        break;
      case "progress":
        if (this.running?.id === message.id) this.running.progress(message.done);
        break;
      default:
        this.#answered(message, body);
    }
  }

  #afterWarming({ task, error }: Extract<FromChild, { type: "warmed" }>): void {
    if (error === undefined) this.#loaded.add(task);
    else this.#settings.log.warn({ task, reason: error }, "a task could not be loaded ahead");
    this.#apply({ type: "warmed" });
    this.#events.onFree();
  }

  #answered(message: ChildAnswer, body: Buffer): void {
    const { running } = this;
    if (running?.id !== message.id) return;
    if (message.type !== "skipped") this.#arrivals.unitMs = message.seconds * 1_000;
    if (message.type === "done") this.#loaded.add(running.unit.task);
    // A unit that was withdrawn after it had begun may miss its files.
    if (message.type === "failed" && !running.isOver)
      reportFault(this.#settings.log, running.unit, message.stack);
    const settle = running.answered(message, body, this.#settings.folder);
    const { kind } = this.#apply({ type: "answered", isLittered: message.isLittered });
    if (kind === "clearing") void this.#clear(message.isLittered, settle);
    else this.#goOn(settle);
  }

  /** When the child is idle, the slave's process checks the folder itself: a child could report it wrongly. */
  async #clear(isPaused: boolean, settle: () => void): Promise<void> {
    const { folder, log } = this.#settings;
    try {
      await emptyFolder(folder);
    } catch (error) {
      log.warn({ err: error }, "a unit left files that cannot be removed: another child starts");
      this.#kill({ kind: "unusable" });
    }
    if (this.#state.kind !== "clearing") return settle();
    if (isPaused) this.#child.channel.sendSoon({ type: "go" });
    this.#apply({ type: "cleared" });
    this.#goOn(settle);
  }

  /** The next unit begins before the last one is settled: the child does not wait while the caller handles the answer. */
  #goOn(settle: () => void): void {
    if (this.#state.kind === "working") this.#begin(this.#state.running);
    else this.#events.onFree();
    settle();
  }

  async #ended(end: ChildEnd): Promise<void> {
    this.#readAll();
    const state = this.#apply({ type: "exited" });
    if (state.kind === "gone") this.#report(state, end);
    await rm(this.#settings.folder, { recursive: true, force: true }).catch(() => undefined);
  }

  #report(state: Extract<ChildState<UnitRun>, { kind: "gone" }>, end: ChildEnd): void {
    const { memoryBytes } = this.#settings;
    const { during, cause } = state;
    const why = end.heapFull ? outOfMemory(memoryBytes) : crashed(end.code, end.signal);
    if (during.kind === "working") during.running.fail(cause.kind === "unit" ? cause.reason : why);
    for (const waiting of waitingUnits(state)) waiting.fail(new NotBegunError());
    reportEnd(this.#settings, cause, [this.#child, end]);
    this.#events.onEnd(during);
  }
}
