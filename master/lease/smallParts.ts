import { DelayedCall } from "../../shared/async/delayedCall.ts";
import type { PartFrame } from "../../shared/contract/fleet.ts";
import type { QueuedUnit } from "../queue/port.ts";

/** A part in memory. */
export interface SmallPart {
  readonly unit: QueuedUnit;
  readonly header: PartFrame;
  readonly body: Buffer;
}

/**
 * Longest time that a part waits for others: of files that take some tens of milliseconds each, several come together.
 * Chosen by `npm run bench`, part "limit ratio", rows "text PDFs of 1 to 5 pages" and "texts of 1 KB".
 */
const WAIT_MS = 100;
/** So many parts are stored without waiting any longer. */
const ENOUGH = 32;
/** In a lease of fewer units no part waits: a job of a few files is to be as quick as it can be. */
const FEW = 8;

/**
 * Hands small parts on in groups. Each group is one write, one sync and one transaction, and those cost more than
 * all else that is done for a small part.
 */
export class SmallParts {
  readonly #enough: number;
  readonly #store: (part: SmallPart) => void;
  readonly #delayed = new DelayedCall(() => this.store());
  #waiting: SmallPart[] = [];

  /** @param units of the lease */
  constructor(units: number, store: (part: SmallPart) => void) {
    this.#enough = units < FEW ? 1 : ENOUGH;
    this.#store = store;
  }

  add(part: SmallPart): void {
    this.#waiting.push(part);
    if (this.#waiting.length >= this.#enough) this.store();
    else this.#delayed.within(WAIT_MS);
  }

  /** Stores the parts that wait, at once. */
  store(): void {
    for (const part of this.discard()) this.#store(part);
  }

  /** Stores no part that waits. Returns those. */
  discard(): readonly SmallPart[] {
    this.#delayed.settle();
    const parts = this.#waiting;
    this.#waiting = [];
    return parts;
  }
}
