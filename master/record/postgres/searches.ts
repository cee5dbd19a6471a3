import type { CountFilter } from "../port.ts";
import type { FileSearch, Search } from "../search.ts";
import { allOf, anyOf, fileCondition, type JobClause, jobClauses, not, type Sql } from "../searchSql.ts";
import type { Queries } from "./database.ts";
import { conditionsOf } from "./jobReader.ts";
import { numbered } from "./placeholders.ts";
import { POSTGRES_SEARCH } from "./searchDialect.ts";

/** Jobs that one statement looks at: each may have many files. */
const STEP_JOBS = 200;

export interface JobSearch extends CountFilter {
  readonly search: Search;
  readonly before?: string;
}

/** Searches jobs in steps, so that no statement takes as long as a search through all of them. */
export class PostgresSearches {
  readonly #db: Queries;

  constructor(db: Queries) {
    this.#db = db;
  }

  /** Ids of jobs that match, newest first. */
  async *jobs({ search, before, ...filter }: JobSearch): AsyncGenerator<readonly string[]> {
    const clauses = allOf(jobClauses(search, POSTGRES_SEARCH).map(ofJob));
    for (let end = before, more = true; more; ) {
      const { sql, values } = conditionsOf({ ...filter, ...(end === undefined ? {} : { before: end }) });
      const step = `SELECT * FROM jobs WHERE ${sql} ORDER BY id DESC LIMIT ${STEP_JOBS}`;
      const rows = await this.#db.rows(
        numbered(`SELECT id, (${clauses.sql})::int AS hit FROM (${step}) AS jobs ORDER BY id DESC`),
        ...clauses.values,
        ...values,
      );
      yield rows.filter(({ hit }) => hit === 1).map(({ id }) => String(id));
      more = rows.length === STEP_JOBS;
      end = String(rows.at(-1)?.id);
    }
  }

  async countFiles(job: string, search: FileSearch): Promise<number> {
    const { sql, values } = fileCondition(search, POSTGRES_SEARCH);
    const count = numbered(`SELECT COUNT(*) AS files FROM files WHERE job = ? AND ${sql}`);
    const [row] = await this.#db.rows(count, job, ...values);
    return Number(row?.files);
  }
}

/** What holds for a job whose own row, or one of whose files, fulfils the clause. */
function ofJob({ isExcluding, job, file }: JobClause): Sql {
  const inFiles: Sql[] =
    file === undefined
      ? []
      : [{ sql: `EXISTS (SELECT 1 FROM files WHERE job = jobs.id AND (${file.sql}))`, values: file.values }];
  const found = anyOf([...(job === undefined ? [] : [job]), ...inFiles]) ?? { sql: "FALSE", values: [] };
  const holds = { sql: `(${found.sql}) IS TRUE`, values: found.values };
  return isExcluding ? not(holds) : holds;
}
