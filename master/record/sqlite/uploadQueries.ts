import type { UploadQueries } from "../uploads.ts";
import type { Database, Statement } from "./database.ts";
import type { GroupCommit } from "./groupCommit.ts";

/** Statements on the table `uploads`, each prepared at its first use. `requireOpen` throws once the record is closed. */
export function uploadQueries(
  db: Pick<Database, "prepare">,
  commit: Pick<GroupCommit, "submit">,
  requireOpen: () => void,
): UploadQueries {
  const statements = new Map<string, Statement>();
  const prepared = (sql: string) => {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    rows: async (sql, ...values) => {
      requireOpen();
      return prepared(sql).all(...values);
    },
    run: async (sql, ...values) => {
      requireOpen();
      return await commit.submit(() => prepared(sql).run(...values));
    },
  };
}
