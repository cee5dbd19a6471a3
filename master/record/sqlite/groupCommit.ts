import { setImmediate as turn } from "node:timers/promises";
import { Batcher } from "../../../shared/async/batcher.ts";
import { AppError } from "../../../shared/errors.ts";
import { RecentMean } from "../recentMean.ts";
import type { Database } from "./database.ts";

/** Calls in one transaction at most, so that a full queue does not hold up the event loop. */
const GROUP = 128;

interface GroupedCall {
  /** Runs inside the transaction. Returns what is called after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

export interface CommitHooks {
  readonly beforeCommit: () => void;
  readonly afterRollback: () => void;
}

/**
 * Collects calls until the event loop turns and commits them as one transaction. A call that throws is
 * taken back alone; when the commit itself fails, all of its calls have failed. Calls take effect in order.
 */
export class GroupCommit {
  readonly #db: Database;
  readonly #hooks: CommitHooks;
  readonly #calls: Batcher<GroupedCall>;
  readonly #times = new RecentMean();
  /** When the oldest call that waits was made, milliseconds of `performance.now`. */
  #waitsSince: number | undefined;

  constructor(db: Database, hooks: CommitHooks) {
    this.#db = db;
    this.#hooks = hooks;
    this.#calls = new Batcher({
      run: (calls) => this.#commitGroup(calls),
      take: (waiting) => waiting.splice(0, GROUP),
      pause: () => this.#pause(),
    });
  }

  /** Longer while the database lets no transaction begin. */
  async #pause(): Promise<void> {
    await turn();
    await this.#db.pause;
  }

  submit<T>(work: () => T): Promise<T> {
    this.#waitsSince ??= performance.now();
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        const result = work();
        return () => resolve(result);
      };
      this.#calls.add({ run, reject });
    });
  }

  /** Mean seconds of late from a call to its commit: to the oldest one of each transaction. */
  get recentSeconds(): number {
    return this.#times.of(performance.now() / 1_000);
  }

  /** Resolves when everything that was submitted is committed. */
  async idle(): Promise<void> {
    await this.#calls.idle();
  }

  /** Runs all calls together, as calls hardly ever fail. After a failure each runs again under its own savepoint. */
  #commitGroup(group: readonly GroupedCall[]): void {
    const answers = this.#tryTogether(group) ?? this.#commitEach(group);
    const now = performance.now();
    this.#times.add((now - (this.#waitsSince ?? now)) / 1_000, now / 1_000);
    // Calls beyond the group, if there are any, wait from here on.
    this.#waitsSince = this.#calls.isEmpty ? undefined : now;
    for (const answer of answers) answer();
  }

  /** Undefined when the transaction was rolled back. */
  #tryTogether(group: readonly GroupedCall[]): (() => void)[] | undefined {
    try {
      return this.#transaction(() => group.map((call) => call.run()));
    } catch {
      this.#hooks.afterRollback();
      return undefined;
    }
  }

  #commitEach(group: readonly GroupedCall[]): (() => void)[] {
    try {
      return this.#transaction(() => group.map((call) => this.#runOne(call)));
    } catch (error) {
      this.#hooks.afterRollback();
      return group.map((call) => () => call.reject(error));
    }
  }

  #transaction(work: () => (() => void)[]): (() => void)[] {
    return this.#db.transaction(() => {
      const answers = work();
      this.#hooks.beforeCommit();
      return answers;
    });
  }

  #runOne(call: GroupedCall): () => void {
    try {
      return this.#db.savepoint(call.run);
    } catch (error) {
      // What was submitted later may build on this call: on a full disk it must not be committed without it.
      if (error instanceof AppError && error.code === "no_space") throw error;
      return () => call.reject(error);
    }
  }
}
