import type { FileRef, JsonObject } from "../../shared/tasks/task.ts";
import type { QueuedUnit } from "../queue/port.ts";

/** How a unit ended. */
export type UnitOutcome = UnitDone | UnitFailed;
export interface UnitDone {
  readonly ok: true;
  readonly file: FileRef;
  readonly summary: string | undefined;
  readonly info: JsonObject | undefined;
  readonly work: UnitWork;
}
export interface UnitFailed {
  readonly ok: false;
  readonly code: string;
  readonly error: string;
  readonly work: UnitWork;
}

/** Who did it, and what it cost. */
export interface UnitWork {
  readonly slave: string;
  /** Seconds in a slave's child. */
  readonly seconds: number;
  /** This try and those before it. */
  readonly attempts: number;
}

/** Whoever waits for a unit. */
export interface UnitListener {
  running(unit: QueuedUnit): void;
  /** It is back in the queue. */
  waiting(unit: QueuedUnit): void;
  /** Called once. Resolves when the outcome is recorded. */
  ended(unit: QueuedUnit, outcome: UnitOutcome): Promise<void>;
}

/** Who waits for which unit: the link from leases back to maps. */
export class UnitBoard {
  readonly #listeners = new Map<string, UnitListener>();

  expect(unit: string, listener: UnitListener): void {
    this.#listeners.set(unit, listener);
  }

  forget(unit: string): void {
    this.#listeners.delete(unit);
  }

  running(unit: QueuedUnit): void {
    this.#listeners.get(unit.id)?.running(unit);
  }

  waiting(unit: QueuedUnit): void {
    this.#listeners.get(unit.id)?.waiting(unit);
  }

  /** False when nobody waits for it any more; its part is then of no use. */
  ended(unit: QueuedUnit, outcome: UnitOutcome): Promise<boolean> {
    const listener = this.#listeners.get(unit.id);
    this.#listeners.delete(unit.id);
    if (listener === undefined) return Promise.resolve(false);
    return listener.ended(unit, outcome).then(wanted);
  }
}

function wanted(): boolean {
  return true;
}
