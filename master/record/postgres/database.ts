import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient, QueryResult } from "pg";
import type { Row, Value } from "../rows.ts";
import { isBroken, isConflict, translated } from "./errors.ts";

/** Tries of a transaction that meets others. */
const MOST_TRIES = 10;
/** Time for which the outcome of a commit is asked for after its connection broke. */
const OUTCOME_MS = 30_000;
const OUTCOME_PAUSE_MS = 200;

export type Param = Value | readonly Value[];

/** Runs SQL with values for `$1` and so on. A NUL in a text becomes U+FFFD, as PostgreSQL knows none. */
export interface Queries {
  rows(sql: string, ...values: readonly Param[]): Promise<Row[]>;
  /** Resolves with the number of rows that changed. */
  run(sql: string, ...values: readonly Param[]): Promise<number>;
}

type Send = (sql: string, values: Param[]) => Promise<QueryResult<Row>>;

/** A PostgreSQL database behind a bounded pool. */
export class PostgresDatabase implements Queries {
  readonly #pool: Pool;
  readonly #queries: Queries;
  #requireAllowed: () => void = () => undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#queries = queriesOver((sql, values) => pool.query<Row>(sql, values));
    // A connection that breaks is replaced by the next query. One that works tells its transaction of it.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => client.on("error", () => undefined));
  }

  /** @param requireAllowed called before each transaction; it throws while none may begin */
  guardTransactions(requireAllowed: () => void): void {
    this.#requireAllowed = requireAllowed;
  }

  rows(sql: string, ...values: readonly Param[]): Promise<Row[]> {
    return translating(() => this.#queries.rows(sql, ...values));
  }

  run(sql: string, ...values: readonly Param[]): Promise<number> {
    return translating(() => this.#queries.run(sql, ...values));
  }

  /**
   * Commits when `work` resolves, takes everything back when it rejects. `work` runs again after a conflict with another
   * transaction. Resolves only when the server has committed, also when the connection broke during the commit.
   */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    return translating(async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await this.#once(work);
        } catch (error) {
          if (!isConflict(error) || tries === MOST_TRIES) throw error;
          await sleep(Math.random() * 10 * 2 ** tries);
        }
      }
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #once<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    this.#requireAllowed();
    const client = await this.#pool.connect();
    let broken = false;
    try {
      const xid = await begin(client);
      const result = await work(queriesOver((sql, values) => client.query<Row>(sql, values)));
      await client.query("COMMIT").catch((error: unknown) => this.#requireCommitted(xid, error));
      return result;
    } catch (error) {
      broken = isBroken(error) || !(await rolledBack(client));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Resolves when the transaction was committed though its connection broke. */
  async #requireCommitted(xid: string, error: unknown): Promise<void> {
    if (!isBroken(error)) throw error;
    const late = Date.now() + OUTCOME_MS;
    while (Date.now() < late) {
      await sleep(OUTCOME_PAUSE_MS);
      const found = await this.#pool
        .query("SELECT pg_xact_status($1::xid8) AS outcome", [xid])
        .catch((again: unknown) => (isBroken(again) ? undefined : { rows: [] }));
      const outcome: unknown = found?.rows[0]?.outcome;
      if (outcome === "committed") return;
      if (found !== undefined && outcome !== "in progress") break;
    }
    throw error;
  }
}

/** Begins a transaction. Resolves with its id, by which its outcome can be asked for. */
async function begin(client: PoolClient): Promise<string> {
  const answers: unknown = await client.query("BEGIN; SELECT pg_current_xact_id()::text AS xid");
  const [, answer] = answers as readonly QueryResult<{ readonly xid: string }>[];
  return answer?.rows[0]?.xid ?? "";
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  return await client.query("ROLLBACK").then(
    () => true,
    () => false,
  );
}

function queriesOver(send: Send): Queries {
  return {
    rows: async (sql, ...values) => (await send(sql, values.map(withoutNul))).rows,
    run: async (sql, ...values) => (await send(sql, values.map(withoutNul))).rowCount ?? 0,
  };
}

function withoutNul(param: Param): Param {
  return param !== null && typeof param === "object" ? param.map(cleaned) : cleaned(param);
}

function cleaned(value: Value): Value {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value;
}

async function translating<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translated(error);
  }
}
