import type { OwnSlave, Slave } from "./slave.ts";

/** Longest rest of a slave in trouble. */
const MAX_REST_SECONDS = 30;

/** Time until which a slave gets no units, ms since 1970; in the past for a slave that does not rest. */
export function restsUntil({ fullUntil, restUntil }: Slave): number {
  return Math.max(fullUntil, restUntil);
}

/** Times in which living slaves get no units: after a lease that failed by their fault, and while they are full. */
export class SlaveRests {
  readonly #announce: (slave: Slave) => void;
  /** Slaves whose end of rest will be announced. */
  readonly #resting = new Set<OwnSlave>();

  /** @param announce called when the rest of a slave has ended */
  constructor(announce: (slave: Slave) => void) {
    this.#announce = announce;
  }

  /**
   * Begins the rest of a slave whose lease failed by its own fault; each rest is longer than the one before. Afterwards
   * the slave gets one unit on probation. Returns the seconds of the rest.
   */
  trouble(slave: OwnSlave): number | undefined {
    // Several leases fail when one process ends: they count as one trouble.
    if (slave.restUntil > Date.now()) return undefined;
    slave.troubles += 1;
    slave.onProbation = true;
    const seconds = Math.min(MAX_REST_SECONDS, 0.25 * 2 ** Math.min(slave.troubles, 10));
    slave.restUntil = Date.now() + seconds * 1000;
    this.#announceEnd(slave);
    return seconds;
  }

  /** Begins the rest of a slave without room, or of one for whose parts the master has no room. That is no trouble. */
  full(slave: OwnSlave, milliseconds: number): void {
    slave.fullUntil = Date.now() + milliseconds;
    this.#announceEnd(slave);
  }

  /**
   * Notes a lease that was answered whole. The first such lease after trouble ends the probation, each further one
   * cancels one trouble; so a slave that fails after every other lease rests longer and longer.
   */
  fine(slave: OwnSlave): void {
    if (!slave.onProbation) slave.troubles = Math.max(0, slave.troubles - 1);
    slave.onProbation = false;
  }

  #announceEnd(slave: OwnSlave): void {
    if (this.#resting.has(slave)) return;
    this.#resting.add(slave);
    const wait = () => {
      const left = restsUntil(slave) - Date.now();
      if (left >= 0) setTimeout(wait, left + 1).unref();
      else {
        this.#resting.delete(slave);
        this.#announce(slave);
      }
    };
    wait();
  }
}
