import { DelayedCall } from "../../shared/async/delayedCall.ts";

/**
 * How long answers wait while the child has more to do, so that several are read together. Chosen by `npm run bench`,
 * part "limit ratio", row "texts of 1 KB" (ADR 13).
 */
const GATHER_MS = 4;

/** When messages of a child are read: at once, or several short answers together. */
export class Arrivals {
  /** Milliseconds that the child's last unit took. */
  unitMs = 0;
  readonly #onDue: () => void;
  readonly #delayed: DelayedCall;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
    this.#delayed = new DelayedCall(onDue);
  }

  /** To be called when a message has come. `waiting`: units that the child has after the one that runs. */
  arrived(waiting: number): void {
    // No second answer of longer units would come in that time, and the child must not run out of units in it.
    const gathers = this.unitMs < GATHER_MS && waiting * this.unitMs >= GATHER_MS;
    if (gathers) this.#delayed.within(GATHER_MS);
    else this.#onDue();
  }

  /** All messages are read now. */
  read(): void {
    this.#delayed.settle();
  }
}
