import { AppError } from "../../shared/errors.ts";

export interface RoomLimits {
  readonly maxUnits: number;
  readonly maxBytes: number;
}

/** What one request holds at the slave. */
export interface Reservation {
  /** Says how many units it has, once that is known. @throws AppError `slave_full` */
  take(units: number): void;
  /** One of its units is answered. */
  answered(): void;
  /** To be called once. */
  release(): void;
}

/**
 * Bounds on what lies at the slave. An idle slave takes a request of any size: else a large one would
 * never be taken by anybody.
 */
export class Room {
  readonly #limits: RoomLimits;
  #units = 0;
  #bytes = 0;
  #places = 0;
  readonly #waitingForNobody: (() => void)[] = [];

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  get units(): number {
    return this.#units;
  }

  /** @throws AppError `slave_full` (429) */
  enter(bytes: number): Reservation {
    const { maxUnits, maxBytes } = this.#limits;
    if (this.#units > 0 && (this.#units >= maxUnits || this.#bytes + bytes > maxBytes)) throw full();
    this.#bytes += bytes;
    this.#places += 1;
    let held = 0;
    return {
      take: (units) => {
        if (this.#units > 0 && this.#units + units > maxUnits) throw full();
        this.#units += units;
        held = units;
      },
      answered: () => {
        if (held === 0) return;
        held -= 1;
        this.#units -= 1;
      },
      release: () => {
        this.#units -= held;
        this.#bytes -= bytes;
        this.#places -= 1;
        held = 0;
        if (this.#places === 0) for (const resolve of this.#waitingForNobody.splice(0)) resolve();
      },
    };
  }

  /** Resolves when no request is being served. */
  async empty(): Promise<void> {
    if (this.#places > 0) await new Promise<void>((resolve) => this.#waitingForNobody.push(resolve));
  }
}

function full(): AppError {
  return new AppError("slave_full", "The slave has no room just now.", { status: 429, retryAfter: 1 });
}
