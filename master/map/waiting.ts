import { AppError } from "../../shared/errors.ts";
import { raisedBy } from "../../shared/tasks/budgets.ts";
import type { QueuedUnit, UnitQueue } from "../queue/port.ts";

export interface WaitingWatchOptions {
  /** Seconds that a unit may wait, all its waits together. */
  readonly seconds: number;
  readonly lastSign: LastSign;
  readonly queue: Pick<UnitQueue, "withdraw">;
  /** Called once for each unit that waited too long, after it was withdrawn from the queue. */
  readonly onOver: (unit: QueuedUnit, error: AppError) => void;
}

/** Time of the last progress of a job on record: the start of the job, or the storing of a part. */
export class LastSign {
  #at: number;

  /** @param at milliseconds since 1970 */
  constructor(at: number) {
    this.#at = at;
  }

  saw(at: number): void {
    this.#at = Math.max(this.#at, at);
  }

  millisecondsAgo(): number {
    return Math.max(0, Date.now() - this.#at);
  }
}

interface Wait {
  readonly unit: QueuedUnit;
  /** Milliseconds of waits that are over. */
  spent: number;
  /** When the present wait began, in `performance.now()`; undefined while a slave works on the unit. */
  since: number | undefined;
}

/** Longest time between two searches for units that have waited too long. */
const LONGEST_LOOK_MS = 1_000;

/**
 * Measures how long the units of a map wait. Only units in the queue are given up: a unit at a slave is about to run.
 * The wait of a new unit begins with the last sign of its job, so that the time of a restart of the master counts.
 */
export class WaitingWatch {
  readonly #options: WaitingWatchOptions;
  readonly #waits = new Map<string, Wait>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WaitingWatchOptions) {
    this.#options = options;
  }

  /** A unit was put into the queue, or back into it. */
  waits(unit: QueuedUnit): void {
    const wait = this.#waits.get(unit.id) ?? {
      unit,
      spent: this.#options.lastSign.millisecondsAgo(),
      since: undefined,
    };
    wait.since ??= performance.now();
    this.#waits.set(unit.id, wait);
    this.#timer ??= setInterval(() => void this.#look(), this.#lookMs).unref();
  }

  runs(unit: QueuedUnit): void {
    const wait = this.#waits.get(unit.id);
    if (wait === undefined) return;
    wait.spent = spentBy(wait, performance.now());
    wait.since = undefined;
  }

  ended(unit: QueuedUnit): void {
    this.#waits.delete(unit.id);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#waits.clear();
  }

  get #lookMs(): number {
    return Math.min(LONGEST_LOOK_MS, Math.max(20, this.#options.seconds * 250));
  }

  async #look(): Promise<void> {
    const now = performance.now();
    const { seconds, queue, onOver } = this.#options;
    const over = [...this.#waits.values()].filter(
      (wait) => wait.since !== undefined && spentBy(wait, now) > seconds * 1000,
    );
    if (over.length === 0) return;
    for (const id of await queue.withdraw(over.map(({ unit }) => unit))) {
      const unit = this.#waits.get(id)?.unit;
      this.#waits.delete(id);
      if (unit !== undefined) onOver(unit, waitedTooLong(seconds));
    }
  }
}

function spentBy({ spent, since }: Wait, now: number): number {
  return since === undefined ? spent : spent + now - since;
}

function waitedTooLong(seconds: number): AppError {
  return new AppError(
    "waited_too_long",
    `It waited for a slave longer than ${seconds} seconds. ${raisedBy("waiting")}`,
  );
}
