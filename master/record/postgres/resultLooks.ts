import type { RecordedResult, RecordedResults } from "../recordedResults.ts";
import { keysOfInput } from "../reuseKeys.ts";
import { fileFrom, type Row } from "../rows.ts";
import type { PostgresDatabase } from "./database.ts";

const FOUND = `SELECT asked.wish, found.*
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (sha256, reuse_key, wish)
  CROSS JOIN LATERAL (
    SELECT files.* FROM files JOIN jobs ON jobs.id = files.job
      WHERE files.reuse_key = asked.reuse_key AND files.sha256 = asked.sha256
      ORDER BY coalesce(files.made_by, files.job) DESC, files.job DESC, files.idx DESC LIMIT 1
  ) AS found`;

const OF_INPUT = `FROM files JOIN jobs ON jobs.id = files.job
  WHERE reuse_key >= $1 AND reuse_key < $2 AND sha256 = $3 AND ($4::text IS NULL OR task = $4)
    AND ($5::text IS NULL OR client = $5)`;

/** Looks for results by the bytes of their inputs. */
export function resultLooks(db: PostgresDatabase, requireOpen: () => void): RecordedResults {
  return {
    find: async (wishes) => {
      requireOpen();
      const results = new Array<RecordedResult | undefined>(wishes.length).fill(undefined);
      const digests = wishes.map(({ sha256 }) => sha256);
      const keys = wishes.map(({ reuseKey }) => reuseKey);
      for (const row of await db.rows(FOUND, digests, keys)) results[Number(row.wish) - 1] = resultFrom(row);
      return results;
    },
    ofInput: async ({ sha256, task, client, limit }) => {
      requireOpen();
      const { from, to } = keysOfInput(sha256);
      const values = [from, to, sha256, task ?? null, client ?? null];
      const newest = `SELECT files.* ${OF_INPUT} ORDER BY files.job DESC, idx DESC LIMIT $6`;
      const rows = await db.rows(newest, ...values, limit);
      const [count] = await db.rows(`SELECT COUNT(*) AS results ${OF_INPUT}`, ...values);
      return { total: Number(count?.results), results: rows.map(resultFrom) };
    },
  };
}

function resultFrom(row: Row): RecordedResult {
  return { job: String(row.job), file: fileFrom(row) };
}
