import { randomUUID } from "node:crypto";
import { loadLibrary, settingsOf } from "./connect.ts";
import { PostgresDatabase } from "./database.ts";
import { refusal } from "./errors.ts";
import { requireSchema } from "./migrate.ts";
import { PostgresRecord } from "./postgresRecord.ts";
import type { PostgresRecordOptions } from "./postgresRecordOptions.ts";
import { requireServer } from "./requireServer.ts";
import { Sockets } from "./sockets.ts";

/** Longest try to reach a server that was lost: the next one may find it back. */
const RECONNECT_MS = 5_000;

/**
 * The record of jobs in a PostgreSQL database (13 or later). Several masters may have it open.
 * @throws AppError `database_unavailable`, `migration_needed`, `data_too_new`, `bad_configuration`
 */
export async function openPostgresRecord(options: PostgresRecordOptions): Promise<PostgresRecord> {
  const library = await loadLibrary();
  const sockets = new Sockets();
  const name = `manyhands ${randomUUID()}`;
  const settings = { ...settingsOf(options, library), application_name: name, stream: sockets.make };
  const db = new PostgresDatabase(new library.Pool(settings), () => sockets.cut());
  try {
    await requireServer(db, options.warn ?? (() => undefined));
    await requireSchema(db);
    const record = new PostgresRecord(db, { ...options, name });
    // A connection that waits for messages has no time-out of its own.
    const listening = { ...settings, query_timeout: 0, connectionTimeoutMillis: RECONNECT_MS };
    await record.start(() => new library.Client(listening));
    return record;
  } catch (error) {
    await db.close();
    throw refusal(error);
  }
}
