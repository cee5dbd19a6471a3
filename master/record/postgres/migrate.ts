import type { Client } from "pg";
import { AppError } from "../../../shared/errors.ts";
import { type DatabaseAddress, LOCKS, loadLibrary, SCHEMA, settingsOf } from "./connect.ts";
import type { Queries } from "./database.ts";
import { refusal } from "./errors.ts";
import { MIGRATIONS } from "./schema.ts";

export interface Migrated {
  /** Version of the schema before and after. */
  readonly from: number;
  readonly to: number;
}

/**
 * Brings the schema of a database to the last version. Two at the same time do it once: one waits for the other.
 * @throws AppError `database_unavailable`, `data_too_new`, `bad_configuration`
 */
export async function migrateDatabase(
  { url, schema = SCHEMA }: DatabaseAddress,
  migrations: readonly string[] = MIGRATIONS,
): Promise<Migrated> {
  const library = await loadLibrary();
  // A step of a migration may take long.
  const settings = settingsOf({ url, schema }, library);
  const client = new library.Client({
    ...settings,
    statement_timeout: 0,
    query_timeout: 0,
    lock_timeout: 0,
  });
  try {
    await client.connect();
    return await migrateOver(client, schema, migrations);
  } catch (error) {
    throw refusal(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @throws AppError `migration_needed`, `data_too_new` */
export async function requireSchema(db: Queries): Promise<void> {
  const [found] = await db.rows("SELECT to_regclass('migrations')::text AS found");
  const [last] = found?.found == null ? [] : await db.rows("SELECT MAX(version) AS version FROM migrations");
  const version = Number(last?.version ?? 0);
  requireKnown(version, MIGRATIONS.length);
  if (version === MIGRATIONS.length) return;
  throw new AppError(
    "migration_needed",
    `The database (DATABASE_URL) has version ${version} of the schema, this program needs ${MIGRATIONS.length}. Run: manyhands migrate`,
  );
}

async function migrateOver(client: Client, schema: string, migrations: readonly string[]): Promise<Migrated> {
  // Held until the connection ends.
  await client.query("SELECT pg_advisory_lock($1, hashtext($2))", [LOCKS, schema]);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(schema)}`);
  await client.query(
    "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, at TIMESTAMPTZ NOT NULL DEFAULT now())",
  );
  const found = await client.query<{ version: number | null }>(
    "SELECT MAX(version) AS version FROM migrations",
  );
  const from = found.rows[0]?.version ?? 0;
  requireKnown(from, migrations.length);
  for (const [n, sql] of migrations.slice(from).entries()) {
    // One message is one transaction: all of it, or nothing.
    await client.query(`BEGIN; ${sql}; INSERT INTO migrations (version) VALUES (${from + n + 1}); COMMIT`);
  }
  return { from, to: migrations.length };
}

function requireKnown(version: number, known: number): void {
  if (version <= known) return;
  throw new AppError(
    "data_too_new",
    `The job record in the database (DATABASE_URL) was written by a newer version (its schema is ${version}, this one knows ${known}). Start that version, or use another database.`,
  );
}
