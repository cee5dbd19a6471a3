import type { Row, Value } from "../rows.ts";
import { anyOf, type JobClause, type Sql } from "../searchSql.ts";
import type { Database, Statement } from "./database.ts";

/** Rows that a search with one term looks at without a pause: half a millisecond of work. More terms look at fewer. */
export const STEP_ROWS = 512;

/** Waits for a turn of the event loop. */
export type Turn = () => Promise<void>;

interface LookDeps {
  /** Rows of files that one look takes. */
  readonly step: number;
  readonly terms: number;
  readonly turn: Turn;
}

/** A look at a job costs as much as this many rows that are compared with one term. */
const LOOK_ROWS = 8;

/** Looks at the files of jobs for the clauses that their own rows leave open: at each file once, for all of them. */
export class Looks {
  readonly #deps: LookDeps;
  readonly #statement: Statement;
  readonly #values: readonly (readonly Value[])[];
  /** Numbers of the clauses of which one file must be found. */
  readonly #including: readonly number[];
  readonly #hasExcluding: boolean;
  /** Rows times terms that were looked at since the last turn, at most. */
  #looked = 0;

  constructor(db: Database, clauses: readonly JobClause[], deps: LookDeps) {
    this.#deps = deps;
    const excluding = anyOf(clauses.flatMap(({ isExcluding, file }) => (isExcluding && file) || []));
    const including = clauses.flatMap(({ isExcluding, file }, n) =>
      isExcluding || !file ? [] : [{ n, file }],
    );
    this.#hasExcluding = excluding !== undefined;
    this.#including = including.map(({ n }) => n);
    const found = [excluding ?? NOTHING, ...including.map(({ file }) => file)];
    this.#values = found.map(({ values }) => values);
    this.#statement = db.prepare(
      `SELECT ${found.map(({ sql }, n) => `EXISTS (${ofFiles(sql)}) AS f${n}`).join(", ")}`,
    );
  }

  async match(row: Row): Promise<boolean> {
    const { step, turn } = this.#deps;
    const open = new Set(this.#including.filter((n) => row[`c${n}`] !== 1));
    for (let start = 0; start < Number(row.total); start += step) {
      if (open.size === 0 && !this.#hasExcluding) return true;
      if (this.#looked >= STEP_ROWS) {
        await turn();
        this.#looked = 0;
      }
      if (this.#excludes(row, start, open)) return false;
    }
    return open.size === 0;
  }

  /** Whether one of these files must not be there. Clauses that one of them fulfils are taken from `open`. */
  #excludes({ id = "", total }: Row, start: number, open: Set<number>): boolean {
    const { step, terms } = this.#deps;
    this.#looked += LOOK_ROWS + terms * Math.min(step, Number(total) - start);
    const found = this.#statement.get(
      ...this.#values.flatMap((values) => [id, start, start + step, ...values]),
    );
    for (const [n, clause] of this.#including.entries()) if (found?.[`f${n + 1}`] === 1) open.delete(clause);
    return found?.f0 === 1;
  }
}

const NOTHING: Sql = { sql: "FALSE", values: [] };

function ofFiles(condition: string): string {
  return `SELECT 1 FROM files WHERE job = ? AND idx >= ? AND idx < ? AND (${condition})`;
}
