import type { RawDatabase } from "./libsql.ts";

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
