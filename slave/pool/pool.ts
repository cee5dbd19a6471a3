import { join } from "node:path";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import { noChildren } from "./endings.ts";
import { Slot, type SlotSettings } from "./slot.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";

export interface PoolOptions extends SlotSettings {
  readonly slots: number;
}

export interface PoolStatus {
  readonly slots: number;
  readonly busy: number;
  readonly waiting: number;
  /** Resident bytes of all children. */
  readonly memory: number;
  readonly workingOn: readonly {
    readonly task: string;
    readonly step: string;
    readonly filename: string;
    readonly seconds: number;
  }[];
}

interface Waiting {
  readonly unit: LocalUnit;
  readonly hooks: UnitHooks;
  /** Stops listening to the caller's signals. */
  readonly leave: () => void;
  readonly resolve: (output: Promise<UnitOutput>) => void;
  readonly reject: (error: unknown) => void;
}

/** Starts in a row that must fail before the pool gives up on what waits. */
const HOPELESS_STARTS = 5;

/**
 * The slots of a slave. Units wait in one line; the next one goes to an idle child that has loaded its
 * task, else to the one that has loaded least.
 */
export class Pool {
  readonly #slots: readonly Slot[];
  readonly #waiting: Waiting[] = [];
  #toWarm: readonly string[] = [];
  #closed = false;
  #hopeless = false;

  constructor(options: PoolOptions) {
    const { slots, folder } = options;
    this.#slots = Array.from({ length: slots }, (_, index) => {
      const events = {
        onIdle: () => {
          this.#hopeless = false;
          this.#next();
        },
        onFailedStart: (times: number) => this.#failedStart(times),
      };
      return new Slot({ ...options, folder: join(folder, `slot-${index}`) }, events);
    });
  }

  get slots(): number {
    return this.#slots.length;
  }

  start(): void {
    for (const slot of this.#slots) slot.start();
  }

  /** Has these tasks loaded in every child, one child after the other, whenever nothing else is to be done. */
  warm(tasks: readonly string[]): void {
    this.#toWarm = tasks;
    this.#next();
  }

  /**
   * Does one unit in a child.
   * @throws AppError with the step's code, or `child_crashed`, `out_of_memory`, `timed_out`, `silent`,
   *   `bad_result`; `handed_back` when it was not begun; the signal's reason when aborted.
   */
  async run(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    hooks.signal.throwIfAborted();
    hooks.stopWaiting?.throwIfAborted();
    if (this.#closed || this.#hopeless) throw noChildren();
    return await new Promise<UnitOutput>((resolve, reject) => {
      const waiting: Waiting = {
        unit,
        hooks,
        resolve,
        reject,
        leave: this.#leaveOnAbort(hooks, () => waiting),
      };
      this.#waiting.push(waiting);
      this.#next();
    });
  }

  status(): PoolStatus {
    const now = performance.now();
    const running = this.#slots.flatMap(({ running }) => (running === undefined ? [] : [running]));
    return {
      slots: this.#slots.length,
      busy: running.length,
      waiting: this.#waiting.length,
      memory: this.#slots.reduce((sum, slot) => sum + slot.residentBytes, 0),
      workingOn: running.map(({ unit, startedAt }) => ({
        task: unit.task,
        step: unit.step,
        filename: unit.files[0]?.filename ?? "",
        seconds: (now - startedAt) / 1_000,
      })),
    };
  }

  /** Ends every child at once. What waits or runs is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectWaiting();
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  #next(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) break;
      const slot = this.#slotFor(first.unit.task);
      if (slot === undefined) return;
      this.#waiting.shift();
      first.leave();
      first.resolve(slot.run(first.unit, first.hooks));
    }
    this.#warmNext();
  }

  #slotFor(task: string): Slot | undefined {
    const idle = this.#slots.filter((slot) => slot.idle);
    const ready = idle.find((slot) => slot.loaded.has(task));
    return ready ?? idle.sort((a, b) => a.loaded.size - b.loaded.size)[0];
  }

  #warmNext(): void {
    if (this.#slots.some((slot) => slot.warming)) return;
    for (const task of this.#toWarm) {
      const cold = this.#slots.find((slot) => slot.idle && !slot.loaded.has(task));
      if (cold !== undefined) {
        cold.warm(task);
        return;
      }
    }
  }

  #leaveOnAbort({ signal, stopWaiting }: UnitHooks, self: () => Waiting): () => void {
    const withdraw = (reason: unknown) => {
      const waiting = self();
      const index = this.#waiting.indexOf(waiting);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      waiting.leave();
      waiting.reject(reason);
    };
    const onAbort = () => withdraw(signal.reason);
    const onStop = () => withdraw(stopWaiting?.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    stopWaiting?.addEventListener("abort", onStop, { once: true });
    return () => {
      signal.removeEventListener("abort", onAbort);
      stopWaiting?.removeEventListener("abort", onStop);
    };
  }

  #failedStart(times: number): void {
    if (times < HOPELESS_STARTS || this.#slots.some((slot) => slot.idle || slot.running !== undefined))
      return;
    this.#hopeless = true;
    this.#rejectWaiting();
  }

  #rejectWaiting(): void {
    for (const waiting of this.#waiting.splice(0)) {
      waiting.leave();
      waiting.reject(noChildren());
    }
  }
}
