import type { FailReason } from "../queue/port.ts";

/** Counts of leases and of units that came back, since the process began; for metrics. */
export class LeaseCounts {
  readonly #back: Record<FailReason, number> = { crash: 0, loss: 0, refused: 0, returned: 0 };
  #leases = 0;

  /** Leases given to slaves; second copies of units do not count. */
  get leases(): number {
    return this.#leases;
  }

  /** Units that came back to be given out once more, by the reason. */
  get unitsBack(): Readonly<Record<FailReason, number>> {
    return this.#back;
  }

  leased(): void {
    this.#leases += 1;
  }

  back(reason: FailReason): void {
    this.#back[reason] += 1;
  }
}
