import type { SearchDialect } from "../searchSql.ts";

/** Conditions of searches in the SQL of SQLite. */
export const SQLITE_SEARCH: SearchDialect = {
  like: "LIKE",
  jobHasSlave: (name) => {
    const worked = "SELECT 1 FROM json_each(work, '$.slaves') WHERE key = ? COLLATE NOCASE";
    return { sql: `work IS NOT NULL AND EXISTS (${worked})`, values: [name] };
  },
  jobHasCode: (code) => ({ sql: "json_extract(failure, '$.code') = ? COLLATE NOCASE", values: [code] }),
  fileHasSlave: (name) => ({ sql: "json_extract(outcome, '$.slave') = ? COLLATE NOCASE", values: [name] }),
  fileHasCode: (code) => ({
    sql: "state = 'failed' AND json_extract(outcome, '$.code') = ? COLLATE NOCASE",
    values: [code],
  }),
  hasIndexIn: (indexes) => ({
    sql: "idx IN (SELECT value FROM json_each(?))",
    values: [JSON.stringify(indexes)],
  }),
};
