import type { Database, Statement } from "./database.ts";

/** A result that may serve other files. */
export interface Reusable {
  readonly key: string;
  /** The job whose slaves made it. */
  readonly madeBy: string;
  readonly index: number;
}

/** Rows of files that are read without a pause. */
export const READ_FILES = 2_000;

const MADE_BY = "coalesce(cached ->> '$.job', job)";
const OF_JOB = "FROM files WHERE job = ?1 AND state = 'done' AND outcome ->> '$.reuseKey' IS NOT NULL";

/**
 * The index of results by their keys. Keys are as good as random, so that each changes another page of the index: to
 * write them with each file would make the end of a file several times as dear. They are written when their job ends,
 * in their order. What a kill leaves out is not found, and harms nothing.
 */
export class ReusableTable {
  readonly #add: Statement;
  readonly #addAll: Statement;
  readonly #some: Statement;

  constructor(db: Database) {
    const insert = "INSERT OR IGNORE INTO reusable (reuse_key, made_by, job, idx)";
    this.#add = db.prepare(`${insert} VALUES (?, ?, ?, ?)`);
    this.#addAll = db.prepare(`${insert} SELECT outcome ->> '$.reuseKey', ${MADE_BY}, job, idx ${OF_JOB}`);
    this.#some = db.prepare(
      `SELECT outcome ->> '$.reuseKey' AS key, ${MADE_BY} AS made_by, idx ${OF_JOB} AND idx >= ?2 AND idx < ?3`,
    );
  }

  /** Runs inside a transaction; for a job of few files. */
  addAll(job: string): void {
    this.#addAll.run(job);
  }

  /** Runs inside a transaction. */
  add(job: string, results: readonly Reusable[]): void {
    for (const { key, madeBy, index } of results) this.#add.run(key, madeBy, job, index);
  }

  /** Those of the `READ_FILES` files from `from` on. */
  some(job: string, from: number): Reusable[] {
    const rows = this.#some.all(job, from, from + READ_FILES);
    return rows.map((row) => ({
      key: String(row.key),
      madeBy: String(row.made_by),
      index: Number(row.idx),
    }));
  }
}
