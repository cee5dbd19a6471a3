import type { PartFrame } from "../../shared/contract/fleet.ts";
import type { QueuedUnit } from "../queue/port.ts";

/** A part in memory. */
export interface SmallPart {
  readonly unit: QueuedUnit;
  readonly header: PartFrame;
  readonly body: Buffer;
}

/** A part waits so long for others: of work that takes some tens of milliseconds a file, some come together. */
const GATHER_MS = 100;
/** So many are stored without waiting any longer. */
const ENOUGH = 32;
/** In a lease of fewer units nobody waits: a job of a few files is to be as quick as it can be. */
const FEW = 8;

/**
 * Hands small parts on in groups. Each group is one write, one sync and one transaction, and those cost more than
 * all else that is done for a small part.
 */
export class SmallParts {
  readonly #enough: number;
  readonly #store: (part: SmallPart) => void;
  #waiting: SmallPart[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param units of the lease */
  constructor(units: number, store: (part: SmallPart) => void) {
    this.#enough = units < FEW ? 1 : ENOUGH;
    this.#store = store;
  }

  add(part: SmallPart): void {
    this.#waiting.push(part);
    if (this.#waiting.length >= this.#enough) this.store();
    else this.#timer ??= setTimeout(this.store, GATHER_MS);
  }

  /** Waits no longer. */
  readonly store = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const parts = this.#waiting;
    this.#waiting = [];
    for (const part of parts) this.#store(part);
  };
}
