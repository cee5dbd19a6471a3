import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient, QueryResult } from "pg";
import { AppError } from "../../../shared/errors.ts";
import type { Row, Value } from "../rows.ts";
import { isBroken, isConflict, translated } from "./errors.ts";

/** Tries of a transaction that meets others. */
const MOST_TRIES = 10;
/** Pause between two questions for the outcome of a commit whose connection broke. */
const OUTCOME_PAUSE_MS = 200;
/** Time that the server has to end the connections in order. */
const CLOSE_MS = 2_000;

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
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  /** Ends all connections without waiting for the server. */
  readonly cut: () => void;
  #requireAnswering: () => void = () => undefined;

  constructor(pool: Pool, cut: () => void) {
    this.#pool = pool;
    this.cut = cut;
    this.#queries = queriesOver((sql, values) => pool.query<Row>(sql, values));
    // A connection that breaks is replaced by the next query. One that works tells its transaction of it.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => client.on("error", () => undefined));
  }

  /** @param requireAnswering called before each query and transaction; it throws while none may begin */
  guard(requireAnswering: () => void): void {
    this.#requireAnswering = requireAnswering;
  }

  rows(sql: string, ...values: readonly Param[]): Promise<Row[]> {
    return this.#guarded(() => this.#queries.rows(sql, ...values));
  }

  run(sql: string, ...values: readonly Param[]): Promise<number> {
    return this.#guarded(() => this.#queries.run(sql, ...values));
  }

  /**
   * Commits when `work` resolves, takes everything back when it rejects. `work` runs again after a conflict with another
   * transaction. Resolves only when the server has committed, also when the connection broke during the commit: the
   * outcome is then asked for until the server tells it.
   */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    return this.#counted(async () => {
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

  /** Commits whose outcome is not known are asked for no longer. */
  stopAsking(): void {
    this.#closing.abort();
  }

  /** @param others ends of connections beside the pool */
  async close(others: Promise<void> = Promise.resolve()): Promise<void> {
    this.stopAsking();
    const ended = Promise.all([this.#idle().then(() => this.#pool.end()), others]);
    // A server that is silent ends nothing.
    await Promise.race([ended, sleep(CLOSE_MS, undefined, { ref: false })]);
    this.cut();
    await ended;
  }

  #guarded<T>(work: () => Promise<T>): Promise<T> {
    return this.#counted(async () => {
      this.#requireAnswering();
      return await work();
    });
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    const done = translating(work);
    this.#underWay.add(done);
    try {
      return await done;
    } finally {
      this.#underWay.delete(done);
    }
  }

  /** A pool that ends forgets who waits for a connection: these would learn it by their time-out only. */
  async #idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async #once<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    this.#requireAnswering();
    const client = await this.#pool.connect();
    let broken = false;
    try {
      // The server may have been lost while the connection was waited for.
      this.#requireAnswering();
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
    let outcome: unknown;
    while (outcome === undefined || outcome === "in progress") {
      if (this.#closing.signal.aborted) throw error;
      await sleep(OUTCOME_PAUSE_MS);
      outcome = await this.#outcomeOf(xid);
    }
    if (outcome !== "committed") throw error;
  }

  /** Undefined while the server does not answer. A replica that has not taken over may not have read the commit yet. */
  async #outcomeOf(xid: string): Promise<unknown> {
    try {
      const [row] = await this.rows(
        "SELECT CASE WHEN pg_is_in_recovery() THEN 'in progress' ELSE pg_xact_status($1::xid8) END AS outcome",
        xid,
      );
      return row?.outcome ?? null;
    } catch (error) {
      // Another error: a server that took over from the one that is lost does not know the transaction.
      return error instanceof AppError && error.code === "database_unavailable" ? undefined : null;
    }
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
