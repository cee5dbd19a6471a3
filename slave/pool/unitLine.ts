import type { LocalUnit } from "../../shared/tasks/local.ts";
import { onAbort } from "./onAbort.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";

/** A unit with its caller. */
export interface WaitingUnit {
  readonly unit: LocalUnit;
  readonly hooks: UnitHooks;
  /** 1 for the unit that came first. */
  readonly number: number;
  readonly resolve: (output: UnitOutput) => void;
  readonly reject: (error: unknown) => void;
}

interface Entry extends WaitingUnit {
  /** Stops listening to the caller's signals. */
  release: () => void;
}

/** The line of units that wait for a child, in the order in which they came. A unit whose caller aborts leaves it. */
export class UnitLine {
  readonly #entries: Entry[] = [];
  #lastNumber = 0;

  get length(): number {
    return this.#entries.length;
  }

  get first(): WaitingUnit | undefined {
    return this.#entries[0];
  }

  /** The output of the unit, once it has left the line and was done. */
  add(unit: LocalUnit, hooks: UnitHooks): Promise<UnitOutput> {
    return new Promise((resolve, reject) => {
      this.#lastNumber += 1;
      const waiting = { unit, hooks, number: this.#lastNumber, resolve, reject };
      this.#entries.push({ ...waiting, release: this.#listen(waiting) });
    });
  }

  /** Removes and returns the first one. */
  take(): WaitingUnit | undefined {
    const entry = this.#entries.shift();
    entry?.release();
    return entry;
  }

  /** Puts a unit back to where it stood. */
  putBack(waiting: WaitingUnit): void {
    const later = this.#entries.findIndex(({ number }) => number > waiting.number);
    const entry = { ...waiting, release: this.#listen(waiting) };
    this.#entries.splice(later < 0 ? this.#entries.length : later, 0, entry);
  }

  rejectAll(reason: unknown): void {
    for (let next = this.take(); next !== undefined; next = this.take()) next.reject(reason);
  }

  /** Returns the function that ends the listening. */
  #listen({ number, hooks }: WaitingUnit): () => void {
    const { signal, stopWaiting } = hooks;
    const releaseSignal = onAbort(signal, () => this.#withdraw(number, signal.reason));
    const releaseStop = stopWaiting && onAbort(stopWaiting, () => this.#withdraw(number, stopWaiting.reason));
    return () => {
      releaseSignal();
      releaseStop?.();
    };
  }

  #withdraw(number: number, reason: unknown): void {
    const index = this.#entries.findIndex((entry) => entry.number === number);
    const [entry] = index < 0 ? [] : this.#entries.splice(index, 1);
    entry?.release();
    entry?.reject(reason);
  }
}
