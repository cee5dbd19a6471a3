import { setTimeout as sleep } from "node:timers/promises";
import type { AppError } from "../../../shared/errors.ts";
import { failureOf, isPassing, type S3Failure, storeError } from "./errors.ts";

/** The pause before a new try is random, up to this; it doubles with each try up to the longest. */
const FIRST_MS = 100;
const LONGEST_MS = 3_000;

export interface RetriesDeps {
  /** Time after which an operation fails that finds no answer. */
  readonly patienceMs: number;
  /** Aborted when the store closes. */
  readonly closed?: AbortSignal;
  readonly onGivenUp?: (error: AppError) => void;
}

/** Does operations of a bucket again while their errors are such as pass. */
export class Retries {
  readonly #deps: RetriesDeps;

  constructor(deps: RetriesDeps) {
    this.#deps = deps;
  }

  /** @throws AppError as `storeError` makes it; what `known` makes of a failure that is an answer */
  async run<T>(
    work: () => Promise<T>,
    known: (error: unknown) => T | undefined = () => undefined,
  ): Promise<T> {
    const { patienceMs, closed } = this.#deps;
    const until = Date.now() + patienceMs;
    for (let longest = FIRST_MS; ; longest = Math.min(2 * longest, LONGEST_MS)) {
      try {
        return await work();
      } catch (error) {
        const answer = known(error);
        if (answer !== undefined) return answer;
        const failure = failureOf(error);
        const pause = Math.random() * longest;
        if (closed?.aborted || !isPassing(failure) || Date.now() + pause > until)
          throw this.#givenUp(failure);
        // An abort of the pause lets the last try tell its error.
        await sleep(pause, undefined, closed && { signal: closed }).catch(() => undefined);
      }
    }
  }

  #givenUp(failure: S3Failure): AppError {
    const error = storeError(failure);
    this.#deps.onGivenUp?.(error);
    return error;
  }
}
