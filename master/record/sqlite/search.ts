import type { JobFilter } from "../port.ts";
import type { Row, Value } from "../rows.ts";
import type { FileSearch, Search } from "../search.ts";
import { allOf, fileCondition, type JobClause, jobClauses, not, type Sql } from "../searchSql.ts";
import type { Database, Statement } from "./database.ts";
import { SQLITE_SEARCH } from "./searchDialect.ts";
import { Looks, STEP_ROWS, type Turn } from "./searchLooks.ts";

/** Greater than every id. */
const AFTER_ALL = "~";

interface PagedFiles {
  readonly id: string;
  readonly total: number;
}

export interface SearchedJobs extends Omit<JobFilter, "limit"> {
  readonly search: Search;
}

/** Searches jobs and files in steps of some rows, so that a search without a hit does not hold the event loop either. */
export class Searches {
  readonly #db: Database;
  readonly #turn: Turn;
  readonly #bound: Statement;

  constructor(db: Database, turn: Turn) {
    this.#db = db;
    this.#turn = turn;
    this.#bound = db.prepare("SELECT id FROM jobs WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ?");
  }

  /** Ids of jobs that match, newest first. */
  async *jobs({ search, before = AFTER_ALL, ...others }: SearchedJobs): AsyncGenerator<readonly string[]> {
    const isOne = others.id !== undefined;
    const clauses = jobClauses(search, SQLITE_SEARCH);
    const step = stepOf(search);
    const candidates = this.#candidates(clauses, others);
    const looks = new Looks(this.#db, clauses, { step, terms: termsOf(search), turn: this.#turn });
    for (let end: string | undefined = before; end !== undefined; ) {
      await this.#turn();
      const bound: Row | undefined = isOne ? undefined : this.#bound.get(end, step - 1);
      const start: string | undefined = bound === undefined ? undefined : String(bound.id);
      const found: string[] = [];
      for (const row of candidates(start ?? "", end)) if (await looks.match(row)) found.push(String(row.id));
      yield found;
      end = start;
    }
  }

  /** Number of files of the job that match. */
  async count(job: PagedFiles, search: FileSearch): Promise<number> {
    let count = 0;
    for await (const step of this.#steps(job, search)) count += step.count();
    return count;
  }

  /** Rows of the files that match, without the first `from`. */
  async *files(
    job: PagedFiles,
    search: FileSearch,
    { from, page }: { readonly from: number; readonly page: number },
  ): AsyncGenerator<readonly Row[]> {
    let skip = from;
    for await (const step of this.#steps(job, search)) {
      const count = step.count();
      for (let left = count - skip; left > 0; left -= page) {
        yield step.rows(count - left, Math.min(page, left));
        await this.#turn();
      }
      skip = Math.max(0, skip - count);
    }
  }

  async *#steps({ id, total }: PagedFiles, search: FileSearch): AsyncGenerator<FileStep> {
    const { sql, values } = fileCondition(search, SQLITE_SEARCH);
    const where = `FROM files WHERE job = ? AND idx >= ? AND idx < ? AND ${sql}`;
    const count = this.#db.prepare(`SELECT COUNT(*) AS files ${where}`);
    const rows = this.#db.prepare(`SELECT * ${where} ORDER BY idx LIMIT ? OFFSET ?`);
    const step = stepOf(search.clauses);
    for (let start = 0; start < total; start += step) {
      await this.#turn();
      const range = [id, start, start + step, ...values];
      yield {
        count: () => Number(count.get(...range)?.files),
        rows: (skip, limit) => rows.all(...range, limit, skip),
      };
    }
  }

  /** Jobs of a range of ids that match as far as their own rows tell, with a member for each clause about their files. */
  #candidates(clauses: readonly JobClause[], { state, task, client, id }: Omit<JobFilter, "limit">) {
    const own: readonly (readonly [string, Value | undefined])[] = [
      ["state = ?", state],
      ["task = ?", task],
      ["client = ?", client],
      ["id = ?", id],
    ];
    const { sql, values } = allOf([
      ...own.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, values: [value] }])),
      ...clauses.flatMap(ofRowAlone),
    ]);
    // Excluding ones are in the condition below, so that their rows do not hold for them.
    const told = clauses.map(({ isExcluding, job }) => (isExcluding ? undefined : job));
    const flags = told.map((job, n) => `${job === undefined ? "0" : `(${job.sql}) IS TRUE`} AS c${n}`);
    const columns = ["id", "total", ...flags].join(", ");
    const statement = this.#db.prepare(
      `SELECT ${columns} FROM jobs WHERE id >= ? AND id < ? AND ${sql} ORDER BY id DESC`,
    );
    const first = told.flatMap((job) => job?.values ?? []);
    return (start: string, end: string) => statement.all(...first, start, end, ...values);
  }
}

interface FileStep {
  count(): number;
  rows(skip: number, limit: number): Row[];
}

/** What the row of a job alone decides of a clause. */
function ofRowAlone({ isExcluding, job, file }: JobClause): Sql[] {
  if (job === undefined) return [];
  if (isExcluding) return [not(job)];
  return file === undefined ? [job] : [];
}

function stepOf(search: Search): number {
  return Math.max(16, Math.floor(STEP_ROWS / termsOf(search)));
}

function termsOf(search: Search): number {
  return Math.max(
    1,
    search.reduce((sum, clause) => sum + clause.terms.length, 0),
  );
}
