import { MOST_COUNTED, type RecordedResult, type RecordedResults } from "../recordedResults.ts";
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

/** The rows of files may be long: only those of the page are read. */
const NEWEST = `SELECT files.* FROM (SELECT files.job, idx ${OF_INPUT} ORDER BY files.job DESC, idx DESC LIMIT $6) AS page
  JOIN files USING (job, idx) ORDER BY job DESC, idx DESC`;

const COUNT = `SELECT COUNT(*) AS results FROM (SELECT 1 ${OF_INPUT} LIMIT $6) AS counted`;

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
      const rows = await db.rows(NEWEST, ...values, limit);
      const [count] = await db.rows(COUNT, ...values, MOST_COUNTED + 1);
      return { total: Number(count?.results), results: rows.map(resultFrom) };
    },
  };
}

function resultFrom(row: Row): RecordedResult {
  return { job: String(row.job), file: fileFrom(row) };
}
