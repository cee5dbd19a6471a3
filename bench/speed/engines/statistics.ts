import { loadPostgres } from "../../../master/postgresLibrary.ts";
import type { EngineSite } from "./site.ts";

/** What a PostgreSQL server says of itself. */
export interface DatabaseState {
  /** Transactions that were committed. */
  readonly commits: number;
  /** Connections of masters. */
  readonly connections: number;
  /** Of the database, with its indexes. */
  readonly bytes: number;
}

export interface DatabaseLooks {
  look(): Promise<DatabaseState>;
  close(): Promise<void>;
}

const QUERY = `SELECT
  (SELECT sum(xact_commit) FROM pg_stat_database)::float8 AS commits,
  (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'manyhands%')::float8 AS connections,
  pg_database_size(current_database())::float8 AS bytes`;

export async function lookAtDatabase({ servers }: EngineSite): Promise<DatabaseLooks> {
  const { Client } = await loadPostgres("DATABASE_URL");
  const client = new Client({ connectionString: servers.postgres?.url });
  await client.connect();
  return {
    look: async () => {
      const { rows } = await client.query<DatabaseState>(QUERY);
      return rows[0] ?? { commits: 0, connections: 0, bytes: 0 };
    },
    close: () => client.end(),
  };
}
