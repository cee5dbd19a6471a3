import { MOST_SEEN, type RecordedResult, type RecordedResults } from "../recordedResults.ts";
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

/** The index has them in this order, so that not more of them are read. */
const OF_INPUT = `FROM (
    SELECT job, idx, sha256 FROM files WHERE substr(reuse_key, 1, 17) = $1 AND reuse_key IS NOT NULL
      ORDER BY job DESC, idx DESC LIMIT ${MOST_SEEN + 1}
  ) AS seen JOIN jobs ON jobs.id = seen.job
  WHERE sha256 = $2 AND ($3::text IS NULL OR task = $3) AND ($4::text IS NULL OR client = $4)`;

/** The rows of files may be long: only those of the page are read. */
const NEWEST = `SELECT files.* FROM (SELECT seen.job, idx ${OF_INPUT} ORDER BY seen.job DESC, idx DESC LIMIT $5) AS page
  JOIN files USING (job, idx) ORDER BY job DESC, idx DESC`;

const COUNT = `SELECT COUNT(*) AS results ${OF_INPUT}`;

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
      const values = [keysOfInput(sha256), sha256, task ?? null, client ?? null];
      const rows = await db.rows(NEWEST, ...values, limit);
      const [count] = await db.rows(COUNT, ...values);
      return { total: Number(count?.results), results: rows.map(resultFrom) };
    },
  };
}

function resultFrom(row: Row): RecordedResult {
  return { job: String(row.job), file: fileFrom(row) };
}
