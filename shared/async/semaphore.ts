import { WaitList } from "./waitList.ts";

/** Gives a permit back; a second call changes nothing. */
export type Release = () => void;

/** A bound on how much happens at the same time, first come, first served. */
export class Semaphore {
  #free: number;
  readonly #waiting = new WaitList();

  constructor(permits: number) {
    this.#free = permits;
  }

  /** Does the work once there is a permit for it. @throws the reason of the signal while it waits; what `work` throws */
  async use<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#waiting.wait(signal);
    try {
      return await work();
    } finally {
      this.#giveBack();
    }
  }

  /** For work that begins and ends in different places. @throws the reason of the signal while it waits */
  async acquire(signal?: AbortSignal): Promise<Release> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#waiting.wait(signal);
    let held = true;
    return () => {
      if (held) this.#giveBack();
      held = false;
    };
  }

  #giveBack(): void {
    // A waiting caller gets this permit, so that a later one cannot overtake it.
    if (!this.#waiting.wakeFirst()) this.#free += 1;
  }
}
