import { join } from "node:path";
import type { LocalUnit } from "../../shared/tasks/local.ts";
import { handedBack, isOutOfMemory } from "./endings.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";
import { type State, WarmChild, type WarmChildSettings } from "./warmChild.ts";

export interface SlotSettings extends WarmChildSettings {
  /** Units after which a child is replaced. */
  readonly maxUnits: number;
}

/** What a slot tells its pool. */
export interface SlotEvents {
  readonly onIdle: () => void;
  /** Its child answered and has more to do. */
  readonly onRoom: () => void;
  /** Whether a slot has nothing to do. */
  readonly isAnyIdle: () => boolean;
  /** Its child failed to start, so many times in a row. */
  readonly onFailedStart: (times: number) => void;
}

/** Over this share of the memory limit an idle child is replaced: the next file shall not pay for the last one. */
const FULL_SHARE = 0.75;
/** Least time between two looks at the memory: one costs as much as a short unit. */
const LOOK_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;

/** A unit that is done again, in a child that has done nothing before. */
interface Again {
  readonly unit: LocalUnit;
  readonly hooks: UnitHooks;
  readonly resolve: (output: Promise<UnitOutput>) => void;
  readonly reject: (error: unknown) => void;
}

/** A place for one unit at a time: it always has a child, and a new one whenever that ends or has done its share. */
export class Slot {
  readonly #settings: SlotSettings;
  readonly #events: SlotEvents;
  /** Tasks whose warming up ended a child: they are left to their first unit. */
  readonly #notWarmed = new Set<string>();
  readonly #leaving = new Set<WarmChild>();
  #child: WarmChild | undefined;
  /** Starts while the old one still works, and takes over between two units. */
  #successor: WarmChild | undefined;
  #started = 0;
  #failedStarts = 0;
  #again: Again | undefined;
  #restart: NodeJS.Timeout | undefined;
  #lookedAt = 0;
  /** The child that was found too full to go on. */
  #full: WarmChild | undefined;
  #isClosed = false;

  /** Its children get folders of their own below `settings.folder`. */
  constructor(settings: SlotSettings, events: SlotEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  get idle(): boolean {
    return this.#child?.state === "idle";
  }

  get warming(): boolean {
    return this.#child?.state === "warming";
  }

  /** Tasks that its child has loaded. */
  get loaded(): ReadonlySet<string> {
    return this.#child?.loaded ?? this.#notWarmed;
  }

  get running(): { readonly unit: LocalUnit; readonly startedAt: number } | undefined {
    return this.#child?.running;
  }

  get residentBytes(): number {
    return (this.#child?.residentBytes ?? 0) + (this.#successor?.residentBytes ?? 0);
  }

  start(): void {
    if (!this.#isClosed) this.#child = this.#newChild();
  }

  /** Loads a task ahead. Only when idle. */
  warm(task: string): void {
    this.#child?.warm(task);
  }

  /** Whether a unit may wait at its child, `most` of one kind with it; not when that is to be replaced. */
  takesMore(unit: LocalUnit, most: number): boolean {
    const child = this.#child;
    if (child === undefined || this.#isClosed || !child.takesMore(unit, most)) return false;
    return this.#again === undefined && !this.#isDue(child);
  }

  /**
   * Only when idle, or when it takes more.
   * @throws what the step threw, or why the child ended; NotBegunError when it ended before the unit's turn
   */
  async run(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    const child = this.#child;
    if (child === undefined) throw handedBack("The child that was to do it is gone.");
    const isFirst = child.units === 0;
    try {
      return await child.run(unit, hooks);
    } catch (error) {
      if (isFirst || !isOutOfMemory(error) || this.#isClosed) throw error;
      // What the units before it left in the child counted, too: that is not the file's fault.
      return await new Promise((resolve, reject) => {
        this.#again = { unit, hooks, resolve, reject };
      });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    this.#giveUpAgain("The slave is stopping.");
    this.#dismiss(this.#child);
    this.#dismiss(this.#successor);
    await Promise.all([...this.#leaving].map(({ gone }) => gone));
  }

  #newChild(): WarmChild {
    this.#started += 1;
    const folder = join(this.#settings.folder, `child-${this.#started}`);
    const child = new WarmChild(
      { ...this.#settings, folder },
      {
        onIdle: () => this.#childIdle(child),
        onRoom: () => this.#events.onRoom(),
        isAnyIdle: () => this.#events.isAnyIdle(),
        onEnd: (during, task) => this.#childEnded(child, { during, task }),
      },
    );
    for (const task of this.#notWarmed) child.loaded.add(task);
    return child;
  }

  #childIdle(child: WarmChild): void {
    if (this.#isClosed) return;
    this.#failedStarts = 0;
    if (child === this.#successor && !this.idle) return;
    if (this.#successor?.state === "idle") this.#takeOver(this.#successor);
    else if (this.#isUsed(child) || this.#isFull(child)) this.#takeOver(this.#successor);
    else this.#prepare(child);
    if (this.#child === undefined) this.start();
    if (!this.idle) return;
    if (this.#again === undefined) this.#events.onIdle();
    else this.#doAgain(this.#again);
  }

  #doAgain({ unit, hooks, resolve, reject }: Again): void {
    this.#again = undefined;
    if (hooks.signal.aborted) reject(hooks.signal.reason);
    else resolve(this.run(unit, hooks));
    if (this.idle) this.#events.onIdle();
  }

  #giveUpAgain(why: string): void {
    this.#again?.reject(handedBack(why));
    this.#again = undefined;
  }

  #takeOver(successor: WarmChild | undefined): void {
    this.#dismiss(this.#child);
    this.#child = successor;
    this.#successor = undefined;
  }

  /** Not for what waits for a new one. */
  #isUsed(child: WarmChild): boolean {
    return this.#again !== undefined && child.units > 0;
  }

  #isFull(child: WarmChild): boolean {
    const now = performance.now();
    if (child === this.#full) return true;
    if (child.units === 0 || now - this.#lookedAt < LOOK_MS) return false;
    this.#lookedAt = now;
    if (child.residentBytes > this.#settings.memoryBytes * FULL_SHARE) this.#full = child;
    return child === this.#full;
  }

  /** It is to do what it has, and no more: another one takes over then. */
  #isDue(child: WarmChild): boolean {
    this.#prepare(child);
    return this.#successor?.state === "idle" || this.#isFull(child);
  }

  #prepare(child: WarmChild): void {
    if (child.units >= this.#settings.maxUnits) this.#successor ??= this.#newChild();
  }

  #childEnded(
    child: WarmChild,
    { during, task }: { readonly during: State; readonly task: string | undefined },
  ) {
    if (during === "warming" && task !== undefined) this.#notWarmed.add(task);
    if (child === this.#successor) {
      this.#successor = undefined;
      return;
    }
    this.#child = this.#successor;
    this.#successor = undefined;
    if (this.#child !== undefined || this.#isClosed) {
      if (this.idle) this.#events.onIdle();
      return;
    }
    const failed = during === "starting";
    this.#failedStarts = failed ? this.#failedStarts + 1 : 0;
    if (failed) {
      this.#giveUpAgain("The child that was to do it did not start.");
      this.#events.onFailedStart(this.#failedStarts);
    }
    const delay = failed ? Math.min(100 * 2 ** (this.#failedStarts - 1), LONGEST_BACKOFF_MS) : 0;
    this.#restart = setTimeout(() => this.start(), delay);
  }

  #dismiss(child: WarmChild | undefined): void {
    if (child === undefined) return;
    this.#leaving.add(child);
    void child.gone.then(() => this.#leaving.delete(child));
    child.dismiss();
  }
}
