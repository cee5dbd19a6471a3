import { setImmediate as turn } from "node:timers/promises";
import { type RawDatabase, translate, translated } from "./libsql.ts";

interface Scope {
  readonly begin: string;
  readonly commit: string;
  readonly undo: string;
}

export const TRANSACTION: Scope = { begin: "BEGIN IMMEDIATE", commit: "COMMIT", undo: "ROLLBACK" };
export const SAVEPOINT: Scope = {
  begin: "SAVEPOINT call",
  commit: "RELEASE call",
  undo: "ROLLBACK TO call; RELEASE call",
};

/** Commits when `work` returns, takes everything back when it throws. */
export function within<T>(raw: RawDatabase, { begin, commit, undo }: Scope, work: () => T): T {
  raw.exec(begin);
  try {
    const result = work();
    raw.exec(commit);
    return result;
  } catch (error) {
    // On a full disk SQLite may have rolled back already.
    if (raw.inTransaction) raw.exec(undo);
    throw error;
  }
}

/** A transaction that lets the event loop turn at each `yield`. */
export async function inSteps<T>(
  raw: RawDatabase,
  file: string,
  steps: () => Generator<void, T>,
): Promise<T> {
  translated(file, () => raw.exec(TRANSACTION.begin));
  try {
    const running = steps();
    let step = running.next();
    while (!step.done) {
      await turn();
      step = running.next();
    }
    raw.exec(TRANSACTION.commit);
    return step.value;
  } catch (error) {
    if (raw.inTransaction) raw.exec(TRANSACTION.undo);
    throw translate(error, file);
  }
}
