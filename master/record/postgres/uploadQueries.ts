import type { UploadQueries } from "../uploads.ts";
import type { PostgresDatabase } from "./database.ts";
import { numbered } from "./placeholders.ts";

/** Statements on the table `uploads`. `requireOpen` throws once the record is closed. */
export function uploadQueries(db: PostgresDatabase, requireOpen: () => void): UploadQueries {
  return {
    rows: async (sql, ...values) => {
      requireOpen();
      return await db.rows(numbered(sql), ...values);
    },
    run: async (sql, ...values) => {
      requireOpen();
      return await db.run(numbered(sql), ...values);
    },
  };
}
