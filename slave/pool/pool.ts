import { join } from "node:path";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import { NotBegunError, noChildren } from "./endings.ts";
import { onAbort } from "./onAbort.ts";
import { ChildPace } from "./pace.ts";
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

interface QueuedHere {
  readonly unit: LocalUnit;
  readonly hooks: UnitHooks;
  /** In the order in which they came. */
  readonly number: number;
  /** Stops listening to the caller's signals. */
  leave: () => void;
  readonly resolve: (output: UnitOutput) => void;
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
  readonly #waiting: QueuedHere[] = [];
  readonly #pace = new ChildPace();
  #lastNumber = 0;
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
        onRoom: () => this.#next(),
        isAnyIdle: () => this.#slots.some((slot) => slot.idle),
        onFailedStart: (times: number) => this.#failedStart(times),
      };
      return new Slot({ ...options, folder: join(folder, `slot-${index}`) }, events);
    });
  }

  get slots(): number {
    return this.#slots.length;
  }

  /** Units of a step that are worth having here at a time: so no slot ever waits. */
  appetite(unit: Pick<LocalUnit, "task" | "step">): number {
    return this.#slots.length * (this.#pace.depth(unit) + 1);
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
    this.#refuse(hooks);
    return await new Promise<UnitOutput>((resolve, reject) => {
      this.#lastNumber += 1;
      const number = this.#lastNumber;
      const waiting: QueuedHere = { unit, hooks, number, resolve, reject, leave: ignore };
      this.#leaveOnAbort(waiting);
      this.#waiting.push(waiting);
      this.#next();
    });
  }

  #refuse({ signal, stopWaiting }: UnitHooks): void {
    signal.throwIfAborted();
    stopWaiting?.throwIfAborted();
    if (this.#closed || this.#hopeless) throw noChildren();
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
      const slot = this.#idleSlot(first.unit.task) ?? this.#slotWithRoom(first.unit);
      if (slot === undefined) return;
      this.#waiting.shift();
      first.leave();
      this.#runAt(slot, first);
    }
    this.#warmNext();
  }

  #idleSlot(task: string): Slot | undefined {
    const idle = this.#slots.filter((slot) => slot.idle);
    const ready = idle.find((slot) => slot.loaded.has(task));
    return ready ?? idle.sort((a, b) => a.loaded.size - b.loaded.size)[0];
  }

  /** Where a short unit may wait behind others like it. */
  #slotWithRoom(unit: LocalUnit): Slot | undefined {
    const depth = this.#pace.depth(unit);
    return depth === 1 ? undefined : this.#slots.find((slot) => slot.takesMore(unit, depth));
  }

  #runAt(slot: Slot, waiting: QueuedHere): void {
    const { unit, hooks, resolve, reject } = waiting;
    slot.run(unit, hooks).then(
      (output) => {
        this.#pace.note(unit, output.seconds);
        resolve(output);
      },
      (error: unknown) => {
        if (error instanceof NotBegunError) this.#putBack(waiting);
        else reject(error);
      },
    );
  }

  #putBack(waiting: QueuedHere): void {
    try {
      this.#refuse(waiting.hooks);
    } catch (error) {
      waiting.reject(error);
      return;
    }
    this.#leaveOnAbort(waiting);
    const later = this.#waiting.findIndex(({ number }) => number > waiting.number);
    this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, waiting);
    this.#next();
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

  #leaveOnAbort(waiting: QueuedHere): void {
    const { signal, stopWaiting } = waiting.hooks;
    const withdraw = (reason: unknown) => {
      const index = this.#waiting.indexOf(waiting);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      waiting.leave();
      waiting.reject(reason);
    };
    const onCancel = onAbort(signal, () => withdraw(signal.reason));
    const onStop = stopWaiting && onAbort(stopWaiting, () => withdraw(stopWaiting.reason));
    waiting.leave = () => {
      onCancel();
      onStop?.();
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

function ignore(): void {
  // There is nothing to undo yet.
}
