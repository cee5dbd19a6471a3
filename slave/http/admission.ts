import { AppError } from "../../shared/errors.ts";

export interface AdmissionBounds {
  readonly maxUnits: number;
  readonly maxBytes: number;
}

/** What one request holds at the slave. */
export interface Reservation {
  /** Claims the request's units, once their number is known. @throws AppError `slave_full` (429) */
  claim(units: number): void;
  /** To be called for each unit of the request that is answered. */
  answered(): void;
  /** To be called once. */
  release(): void;
}

/**
 * Bounds on the units and bytes that are at the slave. An idle slave admits a request of any size: otherwise no slave
 * would ever admit a large one.
 */
export class Admission {
  readonly #bounds: AdmissionBounds;
  #units = 0;
  #bytes = 0;
  #requests = 0;
  readonly #onEmpty = new Set<() => void>();

  constructor(bounds: AdmissionBounds) {
    this.#bounds = bounds;
  }

  /** Number of units that are not answered yet. */
  get units(): number {
    return this.#units;
  }

  /** @throws AppError `slave_full` (429) */
  enter(bytes: number): Reservation {
    const { maxUnits, maxBytes } = this.#bounds;
    if (this.#units > 0 && (this.#units >= maxUnits || this.#bytes + bytes > maxBytes)) throw full();
    this.#bytes += bytes;
    this.#requests += 1;
    let held = 0;
    return {
      claim: (units) => {
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
        this.#requests -= 1;
        held = 0;
        if (this.#requests === 0) for (const resolve of this.#onEmpty) resolve();
      },
    };
  }

  /** Resolves when no request is being served, or when the signal is aborted. */
  async empty(signal: AbortSignal): Promise<void> {
    if (this.#requests === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#onEmpty.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#onEmpty.add(done);
      signal.addEventListener("abort", done);
    });
  }
}

function full(): AppError {
  return new AppError("slave_full", "The slave has no room just now.", { status: 429, retryAfter: 1 });
}
