import type { Database } from "./database.ts";

/** Calls in one transaction at most, so that a full queue does not hold up the event loop. */
const GROUP = 256;

interface Call {
  /** Runs inside the transaction; answers what its caller is told after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects calls until the event loop turns and commits them as one transaction. A call that throws is
 * taken back alone; when the commit itself fails, all of its calls have failed.
 */
export class GroupCommit {
  readonly #db: Database;
  readonly #hooks: { readonly beforeCommit: () => void; readonly afterRollback: () => void };
  #waiting: Call[] = [];
  #timer: NodeJS.Immediate | undefined;

  constructor(
    db: Database,
    hooks: { readonly beforeCommit: () => void; readonly afterRollback: () => void },
  ) {
    this.#db = db;
    this.#hooks = hooks;
  }

  submit<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        const result = work();
        return () => resolve(result);
      };
      this.#waiting.push({ run, reject });
      this.#timer ??= setImmediate(() => this.#commitNext());
    });
  }

  /** Commits whatever waits, now. */
  flush(): void {
    clearImmediate(this.#timer);
    while (this.#waiting.length > 0) this.#commitNext();
    this.#timer = undefined;
  }

  #commitNext(): void {
    const group = this.#waiting.slice(0, GROUP);
    this.#waiting = this.#waiting.slice(GROUP);
    this.#timer = this.#waiting.length > 0 ? setImmediate(() => this.#commitNext()) : undefined;
    try {
      const answers = this.#db.transaction(() => {
        const done = group.map((call) => this.#runOne(call));
        this.#hooks.beforeCommit();
        return done;
      });
      for (const answer of answers) answer();
    } catch (error) {
      this.#hooks.afterRollback();
      for (const call of group) call.reject(error);
    }
  }

  #runOne(call: Call): () => void {
    try {
      return this.#db.savepoint(call.run);
    } catch (error) {
      return () => call.reject(error);
    }
  }
}
