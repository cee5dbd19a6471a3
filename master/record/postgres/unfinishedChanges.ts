import { outcomeOf } from "../rows.ts";
import type { OpenFilesEnd } from "../transition.ts";
import type { PostgresDatabase, Queries } from "./database.ts";
import { giveBackOpenFiles } from "./replacedNames.ts";
import { searchKey } from "./searchDialect.ts";

/** Files that one transaction ends. */
export const STEP_FILES = 200;
/** Rows that one statement deletes. */
const STEP_ROWS = 1_000;

/** The tables with rows of a job beside its own, in the order in which these are deleted. */
const TABLES = [
  { table: "names", key: "task, name_key" },
  { table: "parts", key: "map, idx" },
  { table: "files", key: "idx" },
  { table: "attachments", key: "wanted" },
] as const;

/** Files of a job that their job ends, from an index on and below another. */
export interface EndedFiles {
  readonly job: string;
  readonly from: number;
  readonly to: number;
  readonly end: OpenFilesEnd;
}

/** Ends those of the files that are open, and frees their names. */
export async function endOpenFiles(tx: Queries, { job, from, to, end }: EndedFiles): Promise<void> {
  await tx.run(
    `DELETE FROM names WHERE job = $1 AND idx IN (
      SELECT idx FROM files WHERE job = $1 AND idx >= $2 AND idx < $3 AND state = 'queued')`,
    job,
    from,
    to,
  );
  await tx.run(
    `UPDATE files SET state = $4, outcome = $5, code_key = $6
      WHERE job = $1 AND idx >= $2 AND idx < $3 AND state = 'queued'`,
    job,
    from,
    to,
    end.state,
    outcomeOf({ attempts: 0, ...end }),
    end.code === undefined ? null : searchKey(end.code),
  );
}

/** Notes that the open files of the job are to get this end, or that all of its rows are to be deleted. */
export async function addUnfinished(tx: Queries, job: string, end?: OpenFilesEnd): Promise<void> {
  await tx.run(
    `INSERT INTO unfinished (job, open_end) VALUES ($1, $2)
      ON CONFLICT (job) DO UPDATE SET open_end = excluded.open_end`,
    job,
    end === undefined ? null : JSON.stringify(end),
  );
}

/**
 * Changes of many rows: a transaction for each step, so that other changes of these rows wait for a step and not for all.
 * A change that a master does not complete is completed by the next master that starts. Two masters may do it at once.
 */
export class UnfinishedChanges {
  readonly #db: PostgresDatabase;
  readonly #requireOpen: () => void;

  /** @param requireOpen throws when the record was closed between two steps */
  constructor(db: PostgresDatabase, requireOpen: () => void) {
    this.#db = db;
    this.#requireOpen = requireOpen;
  }

  /** Ends the files that were open when their job ended, and frees their names. */
  async endFiles(job: string, total: number): Promise<void> {
    const [row] = await this.#db.rows("SELECT open_end FROM unfinished WHERE job = $1", job);
    if (row?.open_end == null) return;
    const end = JSON.parse(String(row.open_end)) as OpenFilesEnd;
    await this.#step((tx) => giveBackOpenFiles(tx, job));
    for (let from = 0; from < total; from += STEP_FILES)
      await this.#step((tx) => endOpenFiles(tx, { job, from, to: from + STEP_FILES, end }));
    await this.#drop(job);
  }

  /** Deletes the rows of a job that is gone. */
  async clear(job: string): Promise<void> {
    await this.#step((tx) => giveBackOpenFiles(tx, job));
    for (const { table, key } of TABLES) await this.#deleteAll(job, table, key);
    await this.#drop(job);
  }

  /** Deletes the parts of a job, some at a time. */
  async forgetParts(job: string): Promise<void> {
    await this.#deleteAll(job, "parts", "map, idx");
  }

  async completeAll(): Promise<void> {
    const rows = await this.#db.rows(
      "SELECT job, open_end, total FROM unfinished LEFT JOIN jobs ON id = job",
    );
    for (const { job, open_end: end, total } of rows)
      await (end === null ? this.clear(String(job)) : this.endFiles(String(job), Number(total)));
  }

  async #deleteAll(job: string, table: string, key: string): Promise<void> {
    const some = `SELECT ${key} FROM ${table} WHERE job = $1 LIMIT ${STEP_ROWS}`;
    const sql = `DELETE FROM ${table} WHERE job = $1 AND (${key}) IN (${some})`;
    for (let deleted = STEP_ROWS; deleted > 0; ) deleted = await this.#step((tx) => tx.run(sql, job));
  }

  async #drop(job: string): Promise<void> {
    await this.#step((tx) => tx.run("DELETE FROM unfinished WHERE job = $1", job));
  }

  async #step<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    this.#requireOpen();
    return await this.#db.transaction(work);
  }
}
