import { outcomeOf } from "../rows.ts";
import type { OpenFilesEnd } from "../transition.ts";
import type { Database, Statement } from "./database.ts";
import type { NameTable } from "./nameTable.ts";

/** Files of a job that are written in one transaction: one or two milliseconds. */
export const STEP_FILES = 100;

/** Rows that one statement deletes. */
const STEP_ROWS = 400;

/** The tables with rows of a job beside its own, in the order in which these are deleted. */
const TABLES = [
  { table: "names", key: "task, name_key" },
  { table: "reusable", key: "reuse_key, idx" },
  { table: "parts", key: "map, idx" },
  { table: "files", key: "idx" },
  { table: "attachments", key: "wanted" },
] as const;

/** Files of a step, from a number on, that their job ends. */
export interface FilesToEnd {
  readonly from: number;
  readonly end: OpenFilesEnd;
}

/**
 * Jobs whose change takes several transactions, so that it holds up neither the event loop nor the changes of other
 * jobs. What a kill leaves is completed by the next opening. All methods run inside a transaction.
 */
export class UnfinishedJobs {
  readonly #names: NameTable;
  readonly #add: Statement;
  readonly #drop: Statement;
  readonly #select: Statement;
  readonly #all: Statement;
  readonly #endFiles: Statement;
  readonly #deletes: readonly Statement[];

  constructor(db: Database, names: NameTable) {
    this.#names = names;
    this.#add = db.prepare("INSERT OR REPLACE INTO unfinished (job, open_end) VALUES (?, ?)");
    this.#drop = db.prepare("DELETE FROM unfinished WHERE job = ?");
    this.#select = db.prepare("SELECT job FROM unfinished WHERE job = ?");
    this.#all = db.prepare("SELECT job, total FROM unfinished LEFT JOIN jobs ON id = job");
    this.#endFiles = db.prepare(
      "UPDATE files SET state = ?, outcome = ? WHERE job = ? AND idx >= ? AND idx < ? AND state = 'queued'",
    );
    this.#deletes = TABLES.map(({ table, key }) =>
      db.prepare(
        `DELETE FROM ${table} WHERE job = ? AND (${key}) IN (SELECT ${key} FROM ${table} WHERE job = ? LIMIT ${STEP_ROWS})`,
      ),
    );
  }

  /** The rows of the job are to be deleted, or its open files get their end. */
  add(job: string, end?: OpenFilesEnd): void {
    this.#add.run(job, end === undefined ? null : JSON.stringify(end));
  }

  drop(job: string): void {
    this.#drop.run(job);
  }

  has(job: string): boolean {
    return this.#select.get(job) !== undefined;
  }

  /** Gives names that the job took over from earlier jobs back to them. */
  giveNamesBack(job: string): void {
    this.#names.giveBackOpenFiles(job);
  }

  /** Deletes some rows of the job. False when all are gone. */
  deleteSome(job: string): boolean {
    if (this.#deletes.some((statement) => statement.run(job, job) > 0)) return true;
    this.drop(job);
    return false;
  }

  /** Ends those of the files from `from` on that are open, and frees their names. */
  endSome(job: string, { from, end }: FilesToEnd): void {
    const range = { from, to: from + STEP_FILES };
    this.#names.freeOpenFiles(job, range);
    const outcome = outcomeOf({ attempts: 0, ...end });
    this.#endFiles.run(end.state, outcome, job, range.from, range.to);
  }

  /** Completes what a kill left. */
  completeAll(endOf: (job: string) => OpenFilesEnd | undefined): void {
    for (const { job: id, total } of this.#all.all()) {
      const job = String(id);
      const end = endOf(job);
      this.giveNamesBack(job);
      if (end === undefined) while (this.deleteSome(job));
      else for (let from = 0; from < Number(total); from += STEP_FILES) this.endSome(job, { from, end });
      this.drop(job);
    }
  }
}
