import type { Client } from "pg";
import { AppError } from "../../../shared/errors.ts";
import { LOCKS } from "./connect.ts";

/** Takes the lock that one master has for as long as its connection lives. @throws AppError `data_in_use` */
export async function lockForOne(client: Client, schema: string): Promise<void> {
  const sql = "SELECT pg_try_advisory_lock($1, hashtext($2))::int AS held";
  const { rows } = await client.query<{ readonly held: number }>(sql, [LOCKS, `${schema} master`]);
  if (rows[0]?.held === 1) return;
  throw new AppError(
    "data_in_use",
    "Another master works with this database. Stop it, or give this one another DATABASE_URL.",
  );
}

/**
 * Ends what the server still holds of connections that this record has cut: their locks, and commits that did not arrive.
 * @param name application name of all connections of this record
 */
export async function endCutConnections(client: Client, name: string): Promise<void> {
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = $1 AND usename = current_user AND pid <> pg_backend_pid()`;
  await client.query(sql, [name]);
}
