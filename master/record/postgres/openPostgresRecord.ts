import type { RecordOfJobs } from "../port.ts";
import { loadLibrary, settingsOf } from "./connect.ts";
import { PostgresDatabase } from "./database.ts";
import { refusal } from "./errors.ts";
import { requireSchema } from "./migrate.ts";
import { PostgresRecord, type PostgresRecordOptions } from "./postgresRecord.ts";

/**
 * The record of jobs in a PostgreSQL database (13 or later). Several masters may have it open.
 * @throws AppError `database_unavailable`, `migration_needed`, `data_too_new`, `bad_configuration`
 */
export async function openPostgresRecord(options: PostgresRecordOptions): Promise<RecordOfJobs> {
  const library = await loadLibrary();
  const settings = settingsOf(options, library);
  const db = new PostgresDatabase(new library.Pool(settings));
  try {
    await requireSchema(db);
    const record = new PostgresRecord(db, options);
    // A connection that waits for messages has no time-out.
    await record.start(() => new library.Client({ ...settings, query_timeout: 0 }));
    return record;
  } catch (error) {
    await db.close();
    throw refusal(error);
  }
}
