import { join } from "node:path";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import { NotBegunError, noChildren } from "./endings.ts";
import { ChildPace } from "./pace.ts";
import { Slot, type SlotEvents, type SlotSettings } from "./slot.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";
import { UnitLine, type WaitingUnit } from "./unitLine.ts";
import type { PoolCounts } from "./warmChildDeps.ts";

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

/** Failed starts in a row after which the pool rejects the units that wait. */
const HOPELESS_STARTS = 5;

/**
 * The slots of a slave. Units wait in one line; the next one goes to an idle child that has loaded its
 * task, else to the one that has loaded least.
 */
export class Pool {
  readonly #slots: readonly Slot[];
  readonly #waiting = new UnitLine();
  readonly #pace = new ChildPace();
  readonly #counts: PoolCounts | undefined;
  #toWarm: readonly string[] = [];
  #isClosed = false;
  /** The last starts of children failed, and no child is alive: the pool refuses units. */
  #isHopeless = false;

  constructor(options: PoolOptions) {
    const { slots, folder } = options;
    this.#counts = options.counts;
    const events: SlotEvents = {
      onFree: () => {
        this.#isHopeless = false;
        this.#assign();
      },
      onLongUnit: () => this.#assign(),
      onFailedStart: (times) => this.#failedStart(times),
    };
    this.#slots = Array.from(
      { length: slots },
      (_, index) => new Slot({ ...options, folder: join(folder, `slot-${index}`) }, events),
    );
  }

  get slots(): number {
    return this.#slots.length;
  }

  /** Number of units of a step that are worth having here at a time, so that no slot ever waits for one. */
  capacityFor(step: Pick<LocalUnit, "task" | "step">): number {
    return this.#slots.length * (this.#pace.depth(step) + 1);
  }

  start(): void {
    for (const slot of this.#slots) slot.start();
  }

  /** Has these tasks loaded in every child, one child after the other, whenever a child has nothing else to do. */
  warm(tasks: readonly string[]): void {
    this.#toWarm = tasks;
    this.#assign();
  }

  /**
   * Does one unit in a child.
   * @throws AppError with the step's code, or `child_crashed`, `child_killed`, `out_of_memory`, `timed_out`, `silent`,
   *   `bad_result`; `handed_back`, `no_children` when it was not begun; the signal's reason when aborted.
   */
  async run(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    this.#throwIfRefused(hooks);
    const output = this.#waiting.add(unit, hooks);
    this.#assign();
    return await output;
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

  /** Ends every child at once. Units that wait or run are rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.rejectAll(noChildren());
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  #throwIfRefused({ signal, stopWaiting }: UnitHooks): void {
    signal.throwIfAborted();
    stopWaiting?.throwIfAborted();
    if (this.#isClosed || this.#isHopeless) throw noChildren();
  }

  /** Gives waiting units to children. Idle children then get units that wait behind a long one, or a task to load. */
  #assign(): void {
    for (let { first } = this.#waiting; first !== undefined; first = this.#waiting.first) {
      const slot = this.#findIdle(first.unit.task) ?? this.#findQueueable(first.unit);
      if (slot === undefined) return;
      this.#waiting.take();
      this.#runAt(slot, first);
    }
    this.#relieve();
    this.#warmNext();
  }

  #findIdle(task: string): Slot | undefined {
    const idle = this.#slots.filter((slot) => slot.isIdle);
    const ready = idle.find((slot) => slot.loaded.has(task));
    return ready ?? idle.sort((a, b) => a.loaded.size - b.loaded.size)[0];
  }

  /** A slot where a short unit may wait behind others like it. */
  #findQueueable(unit: LocalUnit): Slot | undefined {
    const depth = this.#pace.depth(unit);
    return depth === 1 ? undefined : this.#slots.find((slot) => slot.canQueue(unit, depth));
  }

  #runAt(slot: Slot, waiting: WaitingUnit): void {
    const { unit, hooks, resolve, reject } = waiting;
    slot.run(unit, hooks).then(
      (output) => {
        this.#pace.note(unit, output.seconds);
        this.#counts?.unitRan(unit.task, output.seconds);
        resolve(output);
      },
      (error: unknown) => {
        if (error instanceof NotBegunError) this.#putBack(waiting);
        else reject(error);
      },
    );
  }

  #putBack(waiting: WaitingUnit): void {
    try {
      this.#throwIfRefused(waiting.hooks);
    } catch (error) {
      waiting.reject(error);
      return;
    }
    this.#waiting.putBack(waiting);
    this.#assign();
  }

  /** While a slot is idle, units that wait behind a long one come back into the line. */
  #relieve(): void {
    if (!this.#slots.some((slot) => slot.isIdle)) return;
    for (const slot of this.#slots) slot.releaseWaiting();
  }

  #warmNext(): void {
    if (this.#toWarm.length === 0 || this.#slots.some((slot) => slot.isWarming)) return;
    for (const task of this.#toWarm) {
      const cold = this.#slots.find((slot) => slot.canWarm(task));
      if (cold !== undefined) {
        cold.warm(task);
        return;
      }
    }
  }

  #failedStart(times: number): void {
    if (times < HOPELESS_STARTS || this.#slots.some((slot) => slot.isUp)) return;
    this.#isHopeless = true;
    this.#waiting.rejectAll(noChildren());
  }
}
