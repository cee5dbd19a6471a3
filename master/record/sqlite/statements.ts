import type { Database, Statement } from "./database.ts";

export type Statements = ReturnType<typeof prepareAll>;

/** All statements on the tables `jobs`, `files`, `parts` and `attachments`, prepared once. */
export function prepareAll(db: Database) {
  const sql = {
    insertJob: `INSERT INTO jobs (id, task, state, options, priority, seed, total, bytes, created_at, retry_of,
      client, budgets, secrets, name, request_id, cache, done, failed, cancelled, replace_names)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?)`,
    updateJob: `UPDATE jobs SET state = ?, done = ?, failed = ?, cancelled = ?, started_at = ?, ended_at = ?,
      failure = ?, secrets = ?, warnings = ?, work = ? WHERE id = ?`,
    updateSpeculation: "UPDATE jobs SET speculation = ? WHERE id = ?",
    counts: "SELECT state, COUNT(*) AS jobs FROM jobs GROUP BY state",
    job: "SELECT * FROM jobs WHERE id = ?",
    deleteJob: "DELETE FROM jobs WHERE id = ?",
    replaceNames: "SELECT replace_names FROM jobs WHERE id = ?",
    insertFile: `INSERT INTO files
        (job, idx, state, input_key, bytes, sha256, filename, path, result_name, cached, twin_of)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    // A file ends once.
    endFile: `UPDATE files SET state = ?, result_key = ?, outcome = ?, end_order = ?
      WHERE job = ? AND idx = ? AND state = 'queued'`,
    openEnd: "SELECT open_end FROM unfinished WHERE job = ? AND open_end IS NOT NULL",
    file: "SELECT * FROM files WHERE job = ? AND idx = ?",
    files: "SELECT * FROM files WHERE job = ? AND idx >= ? ORDER BY idx LIMIT ?",
    filesByEnd: "SELECT * FROM files WHERE job = ? AND end_order > ? ORDER BY end_order LIMIT ?",
    renameFile: "UPDATE files SET result_name = ? WHERE job = ? AND idx = ?",
    renameAttachment: "UPDATE attachments SET name = ? WHERE job = ? AND name = ?",
    upsertPart:
      "INSERT OR REPLACE INTO parts (job, map, idx, digest, part_key, part, stored_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    parts: "SELECT * FROM parts WHERE job = ? AND map = ? AND idx >= ? ORDER BY idx LIMIT ?",
    attachment: "SELECT * FROM attachments WHERE job = ? AND wanted = ?",
    attachments: "SELECT * FROM attachments WHERE job = ? ORDER BY wanted",
    upsertAttachment: `INSERT INTO attachments (job, wanted, name, key, bytes) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET key = excluded.key, bytes = excluded.bytes`,
  } as const;
  type Prepared = { readonly [K in keyof typeof sql]: Statement };
  return Object.fromEntries(Object.entries(sql).map(([name, text]) => [name, db.prepare(text)])) as Prepared;
}
