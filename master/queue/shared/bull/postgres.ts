import type { PostgresConnectionOptions } from "bullmq";
import type { Pool, PoolConfig } from "pg";
import { AppError, ConfigError } from "../../../../shared/errors.ts";
import { loadPostgres } from "../../../postgresLibrary.ts";
import { ANSWER_MS, type EngineOptions, nameIn, type QueueEngine } from "./engine.ts";
import { openLane } from "./lane.ts";
import { type BullLibrary, loadBull } from "./library.ts";
import { openNews } from "./news.ts";

/** Most connections of a master for its bundles, and for news: one that listens, and one that reads. */
const CONNECTIONS = 6;
const FOR_NEWS = 2;

/** Opens a PostgreSQL database. @throws AppError `driver_missing`, `migration_needed`; an error of the connection */
export async function openPostgres({
  url,
  scope,
}: Pick<EngineOptions, "url" | "scope">): Promise<QueueEngine> {
  const [bull, library] = await Promise.all([loadBull(), loadPostgres("QUEUE_URL")]);
  const pool = new library.Pool(settingsOf(url, CONNECTIONS));
  const listening = new library.Pool(settingsOf(url, FOR_NEWS));
  for (const each of [pool, listening]) each.setMaxListeners(0).on("error", () => undefined);
  const close = async () => {
    await Promise.all([pool.end(), listening.end()]);
  };
  try {
    await requireSchema(bull, pool);
  } catch (error) {
    await close();
    throw error;
  }
  const engine = {
    bull,
    connection: asConnection(bull, pool),
    factory: bull.createPostgresBackend,
    prefix: "",
  };
  return {
    lane: (name) => openLane(engine, nameIn(scope, name)),
    news: (onNews) =>
      openNews({ ...engine, name: nameIn(scope, "news") }, asConnection(bull, listening), onNews),
    probe: async () => {
      await pool.query("SELECT 1");
    },
    close,
  };
}

/** Brings BullMQ's schema to its last version. Two at the same time do it once. Resolves with the version. */
export async function migrateQueue(url: string): Promise<number> {
  const [bull, library] = await Promise.all([loadBull(), loadPostgres("QUEUE_URL")]);
  const client = new library.Client({ ...settingsOf(url, 1), query_timeout: 0, statement_timeout: 0 });
  try {
    await client.connect();
    return await bull.runMigrations(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** BullMQ has types of its own for the library. */
function asConnection(bull: BullLibrary, pool: unknown): PostgresConnectionOptions {
  if (bull.isPgPool(pool)) return pool;
  throw new TypeError("BullMQ does not take this pool of connections");
}

async function requireSchema(bull: BullLibrary, pool: Pool): Promise<void> {
  try {
    await bull.assertSchemaCompatibility(pool);
  } catch (error) {
    if (error instanceof bull.SchemaMigrationRequiredError || isOlder(error))
      throw new AppError(
        "migration_needed",
        "The database (QUEUE_URL) has no tables for bundles yet. Run: manyhands migrate",
        { cause: error },
      );
    if (error instanceof bull.SchemaVersionMismatchError)
      throw new AppError(
        "data_too_new",
        "The bundles in the database (QUEUE_URL) were written by a newer version. Start that version, or use another database.",
        { cause: error },
      );
    if (error instanceof bull.UnsupportedPostgresVersionError)
      throw new ConfigError(`QUEUE_URL: ${error.message}`);
    throw error;
  }
}

/** A table that a later version of the schema has. */
function isOlder(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "42P01";
}

function settingsOf(url: string, max: number): PoolConfig {
  return {
    connectionString: url,
    application_name: "manyhands queue",
    options: "-c search_path=bullmq",
    max,
    connectionTimeoutMillis: ANSWER_MS,
    statement_timeout: ANSWER_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
  };
}
