import { setMaxListeners } from "node:events";
import { type FleetClient, FunctionError } from "../sdk/index.ts";
import type { CalledFunction } from "./calledFunction.ts";

/** How long each run is: by the clock, or by the calls of each caller. */
export type RunLength = { readonly seconds: number } | { readonly calls: number };

export interface CallsWish {
  readonly client: FleetClient;
  readonly called: CalledFunction;
  readonly mode: "sandbox" | "trusted";
  readonly length: RunLength;
  readonly signal: AbortSignal;
}

/** The calls that the callers of a run made. */
export interface CallsMade {
  /** Begin of the first call and end of the last one, milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds of each call, in the order of their ends. */
  readonly times: readonly number[];
  readonly failed: number;
  /** What the first call that failed says. */
  readonly failure: string | undefined;
}

/**
 * Callers that each call the function again and again, one call after the other. A call that has begun is waited for.
 * @throws CodedError for anything but an error of the function
 */
export async function makeCalls(callers: number, wish: CallsWish): Promise<CallsMade> {
  const over = new AbortController();
  const signal = AbortSignal.any([wish.signal, over.signal]);
  setMaxListeners(0, signal);
  const tally = new Tally({ ...wish, signal });
  const from = Date.now();
  try {
    await Promise.all(Array.from({ length: callers }, () => tally.caller()));
  } catch (error) {
    // The calls of the other callers are cancelled.
    over.abort(error);
    wish.signal.throwIfAborted();
    throw error;
  }
  return { from, to: Date.now(), ...tally };
}

/** Counts the calls of all callers of a run. */
class Tally implements Pick<CallsMade, "times" | "failed" | "failure"> {
  readonly #wish: CallsWish;
  readonly #began = performance.now();
  #begun = 0;
  readonly times: number[] = [];
  failed = 0;
  failure: string | undefined;

  constructor(wish: CallsWish) {
    this.#wish = wish;
  }

  async caller(): Promise<void> {
    for (let own = 0; this.#goesOn(own); own += 1) {
      const began = performance.now();
      await this.#call();
      this.times.push(performance.now() - began);
    }
  }

  #goesOn(calls: number): boolean {
    const { length } = this.#wish;
    if ("calls" in length) return calls < length.calls;
    return performance.now() - this.#began < length.seconds * 1_000;
  }

  /** As `fleet.run`, and cancelled by the signal. */
  async #call(): Promise<void> {
    const { client, called, mode, signal } = this.#wish;
    const value = called.valueFor(this.#begun);
    this.#begun += 1;
    try {
      await client.map(called.fn, [value], { mode, signal });
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      this.failed += 1;
      this.failure ??= `${error.name}: ${error.message} (${error.code})`;
    }
  }
}
