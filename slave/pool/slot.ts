import { join } from "node:path";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import type { LiveState } from "./childState.ts";
import { handedBack, isOutOfMemory } from "./endings.ts";
import { Succession } from "./succession.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";
import { WarmChild } from "./warmChild.ts";
import type { WarmChildSettings } from "./warmChildDeps.ts";

export interface SlotSettings extends WarmChildSettings {
  /** Units after which a child is replaced. */
  readonly maxUnits: number;
}

/** What a slot tells its pool. */
export interface SlotEvents {
  /** The slot can be given a unit, or one more unit may wait at its child. */
  readonly onFree: () => void;
  /** The slot's unit runs for longer than a short one: units that wait behind it may go to another slot. */
  readonly onLongUnit: () => void;
  /** The slot's child failed to start, so many `times` in a row. */
  readonly onFailedStart: (times: number) => void;
}

const LONGEST_BACKOFF_MS = 10_000;

/** A unit that waits for a child that has done no unit yet. */
interface Retry {
  readonly unit: LocalUnit;
  readonly hooks: UnitHooks;
  readonly resolve: (output: Promise<UnitOutput>) => void;
  readonly reject: (error: unknown) => void;
}

/** Works on one unit at a time. It has a child, which is replaced when it ends or has done its number of units. */
export class Slot {
  readonly #settings: SlotSettings;
  readonly #events: SlotEvents;
  readonly #children = new Succession(() => this.#newChild());
  /** Tasks whose loading ahead ended a child: their first unit loads them. */
  readonly #notWarmable = new Set<string>();
  #started = 0;
  #failedStarts = 0;
  /** Failed starts of successors in a row, and the time until which no other one starts. */
  #failedSuccessors = 0;
  #noSuccessorUntil = 0;
  /** Units that ran out of memory, in the order in which they did; each runs first in a new child. */
  readonly #retries: Retry[] = [];
  #restart: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** Each child gets a folder of its own below `settings.folder`. */
  constructor(settings: SlotSettings, events: SlotEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  /** Whether its child has started and not ended. */
  get isUp(): boolean {
    return this.#children.current?.isUp === true;
  }

  get isIdle(): boolean {
    return this.#children.current?.isIdle === true;
  }

  get isWarming(): boolean {
    return this.#children.current?.isWarming === true;
  }

  /** Tasks that the slot's child has in memory. */
  get loaded(): ReadonlySet<string> {
    return this.#children.current?.loaded ?? NONE;
  }

  get running(): { readonly unit: LocalUnit; readonly startedAt: number } | undefined {
    return this.#children.current?.running;
  }

  get residentBytes(): number {
    return this.#children.residentBytes;
  }

  start(): void {
    if (!this.#isClosed) this.#children.start();
  }

  canWarm(task: string): boolean {
    return this.#children.current?.canWarm(task) === true && !this.#notWarmable.has(task);
  }

  /** Loads a task ahead of its first unit. Only when `canWarm` says so. */
  warm(task: string): void {
    this.#children.current?.warm(task);
  }

  /** Whether a unit may wait at the slot's child, `depth` units of its kind with it; false for a child to be replaced. */
  canQueue(unit: LocalUnit, depth: number): boolean {
    const child = this.#children.current;
    if (child === undefined || this.#isClosed || !child.canQueue(unit, depth)) return false;
    if (this.#retries.length > 0) return false;
    this.#prepareSuccessor(child);
    return !this.#children.hasReadySuccessor && !this.#isFull(child);
  }

  /**
   * Only when idle, or when `canQueue` says so.
   * @throws what the step threw, or why the child ended; NotBegunError when it ended before the unit's turn
   */
  async run(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    const child = this.#children.current;
    if (child === undefined) throw handedBack("The child for this unit has ended.");
    const isFirst = child.units === 0;
    try {
      return await child.run(unit, hooks);
    } catch (error) {
      if (isFirst || !isOutOfMemory(error) || this.#isClosed) throw error;
      // Earlier units left something in the child's memory, which is not this file's fault.
      return await this.#inFreshChild(unit, hooks);
    }
  }

  /** Units that wait behind a long one fail with NotBegunError. */
  releaseWaiting(): void {
    this.#children.current?.releaseWaiting();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    this.#dropRetries("The slave is stopping.");
    await this.#children.close();
  }

  #newChild(): WarmChild {
    this.#started += 1;
    const folder = join(this.#settings.folder, `child-${this.#started}`);
    const child: WarmChild = new WarmChild(
      { ...this.#settings, folder },
      {
        onFree: () => (child.isIdle ? this.#childIdle(child) : this.#events.onFree()),
        onLongUnit: this.#events.onLongUnit,
        onEnd: (during) => this.#childEnded(child, during),
      },
    );
    return child;
  }

  #childIdle(child: WarmChild): void {
    if (this.#isClosed) return;
    this.#failedStarts = 0;
    if (child !== this.#children.current) this.#failedSuccessors = 0;
    // A successor waits until the current child has nothing to do.
    if (child !== this.#children.current && !this.isIdle) return;
    if (this.#children.hasReadySuccessor || this.#isUsedUp(child)) this.#children.replace();
    else this.#prepareSuccessor(child);
    if (this.isIdle) this.#goOn();
  }

  #goOn(): void {
    const retry = this.#retries.shift();
    if (retry === undefined) this.#events.onFree();
    else this.#runRetry(retry);
  }

  /** A child that cannot do the next unit, whether or not its successor is ready. */
  #isUsedUp(child: WarmChild): boolean {
    return (this.#retries.length > 0 && child.units > 0) || this.#isFull(child);
  }

  #isFull({ units, memory }: WarmChild): boolean {
    return units > 0 && memory.isFull;
  }

  #prepareSuccessor(child: WarmChild): void {
    if (child.units < this.#settings.maxUnits || performance.now() < this.#noSuccessorUntil) return;
    this.#children.prepare();
  }

  #inFreshChild(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    return new Promise((resolve, reject) => {
      this.#retries.push({ unit, hooks, resolve, reject });
      // The successor may have taken over and be idle: then no further event comes from it.
      const child = this.#children.current;
      if (child?.isIdle === true) this.#childIdle(child);
    });
  }

  #runRetry({ unit, hooks, resolve, reject }: Retry): void {
    if (hooks.signal.aborted) reject(hooks.signal.reason);
    else resolve(this.run(unit, hooks));
    if (this.isIdle) this.#goOn();
  }

  #dropRetries(why: string): void {
    for (const { reject } of this.#retries.splice(0)) reject(handedBack(why));
  }

  #childEnded(child: WarmChild, during: LiveState<unknown>): void {
    if (during.kind === "warming") this.#notWarmable.add(during.task);
    const wasCurrent = this.#children.remove(child);
    if (!wasCurrent && during.kind === "starting") this.#successorFailed();
    if (!wasCurrent || this.#isClosed) return;
    if (this.isIdle) this.#goOn();
    if (this.#children.current === undefined) this.#startLater(during.kind === "starting");
  }

  /** The current child goes on; a unit of it starts the next successor, after longer and longer waits. */
  #successorFailed(): void {
    this.#failedSuccessors += 1;
    this.#noSuccessorUntil = performance.now() + backoffMs(this.#failedSuccessors);
  }

  #startLater(isFailedStart: boolean): void {
    this.#failedStarts = isFailedStart ? this.#failedStarts + 1 : 0;
    if (isFailedStart) {
      this.#dropRetries("The new child for this unit did not start.");
      this.#events.onFailedStart(this.#failedStarts);
    }
    const delay = isFailedStart ? backoffMs(this.#failedStarts) : 0;
    this.#restart = setTimeout(() => this.start(), delay);
  }
}

function backoffMs(failures: number): number {
  return Math.min(100 * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
}

const NONE: ReadonlySet<string> = new Set();
