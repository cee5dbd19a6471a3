import { CodedError } from "../../shared/errors.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface PatienceTerms {
  /** Longest time from the first failure on; 0: none. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
  /** Called at the first failure of each outage. */
  readonly onOutage: (error: unknown) => void;
}

/** The pauses between the tries of a request: longer each time, as long as `Retry-After` says, and bounded in all. */
export class Patience {
  readonly #terms: PatienceTerms;
  #tries = 0;
  #began = 0;

  constructor(terms: PatienceTerms) {
    this.#terms = terms;
  }

  /** The request succeeded: a later failure is another outage. */
  reset(): void {
    this.#tries = 0;
  }

  /** Waits before the next try. @throws the error when the time is over */
  async after(error: unknown): Promise<void> {
    const { seconds, signal, onOutage } = this.#terms;
    if (this.#tries === 0) this.#began = performance.now();
    const pause = pauseAfter(error, this.#tries);
    if (performance.now() - this.#began + pause > seconds * 1_000) throw error;
    if (this.#tries === 0) onOutage(error);
    this.#tries += 1;
    await sleep(pause, signal);
  }
}

/** Half of each pause is random, so that clients of a master that starts again do not come all at once. */
function pauseAfter(error: unknown, tries: number): number {
  const asked = error instanceof CodedError ? (error.retryAfter ?? 0) * 1_000 : 0;
  const own = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
  return Math.max(asked, own * (0.5 + Math.random() / 2));
}

/** @throws the reason of the signal */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}
