import type { PoolConfig } from "pg";
import { loadPostgres, type PostgresLibrary } from "../../postgresLibrary.ts";

/** Name of the schema with all tables, so that the database can be shared with other programs. */
export const SCHEMA = "manyhands";

/** First key of all advisory locks of this program: "many" in ASCII. The second one is the hash of a text. */
export const LOCKS = 0x6d616e79;

/** Most connections of a master, beside the one that listens. */
const CONNECTIONS = 10;
/** Longest wait for a connection, for a lock, and for a statement. */
const CONNECT_MS = 10_000;
const LOCK_MS = 30_000;
const STATEMENT_MS = 60_000;

/** Oids of types whose values are numbers here: `int8` and `numeric` (the sum of an `int8`). Both stay below 2 ** 53. */
const NUMBERS: readonly number[] = [20, 1700];

export interface DatabaseAddress {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly schema?: string;
}

/** The server notices within 25 s that a master is cut off, and releases its locks. */
const NOTICED_SOON = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

/** @throws ConfigError where the library is not installed */
export async function loadLibrary(): Promise<PostgresLibrary> {
  return await loadPostgres("DATABASE_URL");
}

export function settingsOf(
  { url, schema = SCHEMA }: DatabaseAddress,
  { types }: PostgresLibrary,
): PoolConfig {
  return {
    connectionString: url,
    application_name: "manyhands",
    // With `synchronous_commit` a commit that was answered survives a power loss of the server.
    options: `-c search_path=${schema} -c synchronous_commit=on ${NOTICED_SOON}`,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    lock_timeout: LOCK_MS,
    statement_timeout: STATEMENT_MS,
    // A little later than the server's own: of a server that is cut off.
    query_timeout: STATEMENT_MS + 5_000,
    // The locks of a master that was cut off in a transaction are released.
    idle_in_transaction_session_timeout: STATEMENT_MS,
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format: "text" | "binary" = "text") =>
        NUMBERS.includes(oid) ? Number : types.getTypeParser(oid, format),
    },
  };
}
