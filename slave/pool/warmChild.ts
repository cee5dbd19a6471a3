import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import { Child, type ChildEnd, type ChildSettings } from "./childProcess.ts";
import { crashed, ending, NotBegunError, outOfMemory } from "./endings.ts";
import { residentBytes } from "./memory.ts";
import type { FromChild } from "./messages.ts";
import { kindOf } from "./pace.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";
import { emptyFolder } from "./unitFolder.ts";
import { type ChildAnswer, UnitRun } from "./unitRun.ts";
import type { UnitBudgets } from "./watch.ts";

export type WarmChildSettings = ChildSettings & UnitBudgets;

export interface WarmChildEvents {
  /** It can take a unit: after its start, and after its last unit once nothing of that is left. */
  readonly onIdle: () => void;
  /** It answered, and has more to do: another unit may wait at it. */
  readonly onRoom: () => void;
  /** Whether another one has nothing to do. */
  readonly isAnyIdle: () => boolean;
  /** Called once. `during`: what it was doing when it ended; `task`: what it was warming up. */
  readonly onEnd: (during: State, task: string | undefined) => void;
}

export type State = "starting" | "idle" | "warming" | "busy" | "ended";

/** How long answers are left lying while the child has more to do: they are then looked at together. */
const SOON_MS = 4;

/** A child process with its folder; it does units one after the other, until it ends. */
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
  /** In the order in which the child does them; the first one runs. */
  readonly #runs: UnitRun[] = [];
  #soon: NodeJS.Timeout | undefined;
  #isTidying = false;
  /** It is being killed: what it says now does not count. */
  #isDoomed = false;
  /** Why it is killed under a unit. */
  #reason: unknown;
  /** What a unit took of late, milliseconds. */
  #unitMs = 0;
  #isDismissed = false;

  /** `settings.folder` is made, and is its alone. */
  constructor(settings: WarmChildSettings, events: WarmChildEvents) {
    this.#settings = settings;
    this.#events = events;
    mkdirSync(settings.folder, { recursive: true });
    const { promise, resolve } = deferred<ChildEnd>();
    this.#child = new Child(settings, { onArrival: () => this.#arrived(), onEnd: resolve });
    this.gone = promise.then((end) => this.#ended(end));
  }

  get state(): State {
    return this.#state;
  }

  get running(): { readonly unit: LocalUnit; readonly startedAt: number } | undefined {
    return this.#runs[0];
  }

  get residentBytes(): number {
    return residentBytes(this.#child.pid) ?? 0;
  }

  /** Whether this unit may wait at it behind those that it has, which are of the same kind, `most` with it. */
  takesMore(unit: LocalUnit, most: number): boolean {
    const [first] = this.#runs;
    if (first === undefined || this.#runs.length >= most || this.#isTidying || this.#isDoomed) return false;
    return kindOf(first.unit) === kindOf(unit);
  }

  /** Loads a task ahead. Only when idle. */
  warm(task: string): void {
    this.#state = "warming";
    this.#warming = task;
    this.loaded.add(task);
    this.#child.channel.sendSoon({ type: "warm", task });
  }

  /**
   * Only when idle, or when it takes more.
   * @throws what the step threw, or why the child ended; NotBegunError when it ended before the unit's turn.
   */
  run(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    this.#state = "busy";
    this.loaded.add(unit.task);
    this.units += 1;
    const run: UnitRun = new UnitRun(unit, hooks, {
      onCancel: (reason) => (this.#runs[0] === run ? this.#end(run, reason) : run.fail(reason)),
      onStop: (reason) => this.#runs[0] === run || run.fail(reason),
    });
    this.#runs.push(run);
    if (this.#runs.length === 1) this.#begin(run);
    const { head, body } = run.order();
    this.#child.channel.sendSoon(head, body);
    return run.output;
  }

  /** Ends it on purpose; `onEnd` is not called. */
  dismiss(): void {
    this.#isDismissed = true;
    this.#kill();
  }

  #kill(): void {
    this.#isDoomed = true;
    this.#child.kill();
  }

  #begin(run: UnitRun): void {
    run.begin(this.#child.pid, this.#settings, {
      // It is not as short as it was thought to be: others need not wait behind it.
      runs: () => {
        if (!this.#events.isAnyIdle()) return;
        for (const waiting of this.#runs.slice(1)) waiting.fail(new NotBegunError());
      },
      // What the child has said by now is heard first: the unit may be done, and the next one have begun.
      end: (reason) => setImmediate(() => this.#end(run, reason)),
    });
  }

  #end(run: UnitRun, reason: unknown): void {
    this.#hearAll();
    if (this.#runs[0] !== run || this.#isDoomed) return;
    this.#reason = reason;
    this.#kill();
  }

  #arrived(): void {
    const busyMs = (this.#runs.length - 1) * this.#unitMs;
    // Of longer units no other answer would come by then.
    if (busyMs < SOON_MS || this.#unitMs >= SOON_MS) this.#hearAll();
    else this.#soon ??= setTimeout(() => this.#hearAll(), SOON_MS);
  }

  #hearAll(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (this.#isDoomed) return;
    try {
      for (const { head, body } of this.#child.channel.take()) this.#hear(head, body);
    } catch (error) {
      this.#settings.log.warn({ err: error }, "a child cannot be understood: it ends");
      this.#kill();
    }
    if (this.#runs.length > 0) this.#events.onRoom();
  }

  #hear(message: FromChild, body: Buffer): void {
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
        this.#answered(message, body);
    }
  }

  #progress(message: Extract<FromChild, { type: "progress" }>): void {
    const [run] = this.#runs;
    if (run?.id === message.id) run.progress(message.done);
  }

  #answered(message: ChildAnswer, body: Buffer): void {
    const [run] = this.#runs;
    if (run?.id !== message.id) return;
    this.#runs.shift();
    this.#unitMs = message.seconds * 1_000;
    const { folder, log } = this.#settings;
    if (message.type === "failed" && message.stack !== undefined)
      log.error({ task: run.unit.task, stack: message.stack }, "a step failed");
    const settle = run.answered(message, body, folder);
    if (message.rests || this.#runs.length === 0) void this.#tidy(settle, message.rests);
    else {
      this.#next();
      settle();
    }
  }

  /** Looked at from here whenever it has nothing to do, whatever it says itself. */
  async #tidy(settle: () => void, rests: boolean): Promise<void> {
    const { folder, log } = this.#settings;
    this.#isTidying = true;
    try {
      await emptyFolder(folder);
    } catch (error) {
      log.warn({ err: error }, "a unit left its folder in disorder: its child ends");
      this.#kill();
    }
    this.#isTidying = false;
    if (rests) this.#child.channel.sendSoon({ type: "go" });
    // Before the answer: who asked for it has the next unit ready.
    if (!this.#isDoomed && this.#state === "busy") this.#next();
    settle();
  }

  #next(): void {
    const [run] = this.#runs;
    if (run === undefined) this.#idle();
    else this.#begin(run);
  }

  #idle(): void {
    this.#state = "idle";
    this.#events.onIdle();
  }

  async #ended(end: ChildEnd): Promise<void> {
    this.#hearAll();
    const { log, memoryBytes, folder } = this.#settings;
    const [run, ...others] = this.#runs.splice(0);
    const during = this.#state;
    this.#state = "ended";
    const why = end.heapFull ? outOfMemory(memoryBytes) : crashed(end.code, end.signal);
    run?.fail(run.hasBegun ? (this.#reason ?? why) : new NotBegunError());
    for (const other of others) other.fail(new NotBegunError());
    if (!this.#isDismissed && this.#reason === undefined)
      log.warn({ printed: this.#child.lastPrinted }, `a child ${ending(end.code, end.signal)}`);
    if (!this.#isDismissed) this.#events.onEnd(during, this.#warming);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
