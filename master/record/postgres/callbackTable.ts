import type { ChangeHub } from "../../hub.ts";
import type { DueWebhook, RecordedCallbacks } from "../callback.ts";
import type { JobRecord } from "../job.ts";
import { callbackFrom, type Row } from "../rows.ts";
import { type Announce, changed } from "./announcing.ts";
import type { PostgresDatabase, Queries } from "./database.ts";
import { PostgresReader } from "./jobReader.ts";

export interface CallbackTableDeps {
  readonly db: PostgresDatabase;
  readonly hub: Pick<ChangeHub, "jobChanged">;
  readonly announce: Announce;
  /** Id of this master among those that send webhooks; undefined: it is alone. */
  readonly sender: string | undefined;
  readonly retry: <T>(work: () => Promise<T>) => Promise<T>;
  /** Throws once the record is closed. */
  readonly requireOpen: () => void;
}

/** A try takes less. The webhooks of a master that is gone are another one's after this time. */
const SENDER_SECONDS = 60;

/** The webhook that is due first is this master's for a while, also when it is due later. Its id begins with its place. */
const NEXT = `WITH next AS (
    SELECT job FROM callbacks WHERE next_at IS NOT NULL AND body IS NOT NULL AND job <> ALL($1) AND origin <> ALL($2)
      AND (sender IS NULL OR split_part(sender, '.', 1) = split_part($3, '.', 1) OR sender_until < clock_timestamp())
    ORDER BY next_at, job LIMIT 1 FOR UPDATE SKIP LOCKED)
  UPDATE callbacks SET sender = $3, sender_until = clock_timestamp() + make_interval(secs => $4)
    FROM next WHERE callbacks.job = next.job RETURNING callbacks.*`;

/** Callbacks of jobs and the webhooks that tell their ends. */
export function callbackTable({
  db,
  hub,
  announce,
  sender = "",
  retry,
  requireOpen,
}: CallbackTableDeps): RecordedCallbacks {
  return {
    unprepared: async () => {
      requireOpen();
      const rows = await db.rows("SELECT job FROM callbacks WHERE next_at IS NOT NULL AND body IS NULL");
      return rows.map(({ job }) => String(job));
    },
    prepare: async (job, body) => {
      requireOpen();
      const sql = "UPDATE callbacks SET body = $1 WHERE job = $2 AND state = 'pending'";
      await retry(() => db.run(sql, body, job));
    },
    next: async ({ jobs, origins }) => {
      requireOpen();
      const [row] = await db.rows(NEXT, jobs, origins, sender, SENDER_SECONDS);
      return row && dueFrom(row);
    },
    note: async (job, { state, lastStatus, lastError, nextAt = null }) => {
      requireOpen();
      const last = JSON.stringify({ lastStatus, lastError });
      const noted = await retry(() =>
        db.transaction(async (tx) => {
          await tx.run(
            `UPDATE callbacks SET attempts = attempts + 1, state = $1, next_at = $2, last = $3, sender = NULL
              WHERE job = $4`,
            ...[state, nextAt, last, job],
          );
          await announce(tx, [changed(job)]);
          return await jobOf(tx, job);
        }),
      );
      if (noted?.callback !== undefined) hub.jobChanged(noted, []);
    },
  };
}

/** Forgets the callback of a job that is gone, unless its webhook is still to be sent. */
export async function forgetCallback(tx: Queries, job: string): Promise<void> {
  await tx.run("DELETE FROM callbacks WHERE job = $1 AND (next_at IS NULL OR body IS NULL)", job);
}

async function jobOf(tx: Queries, id: string): Promise<JobRecord | undefined> {
  const job = await new PostgresReader(tx).job(id);
  if (job === undefined) await forgetCallback(tx, id);
  return job;
}

function dueFrom(row: Row): DueWebhook {
  const { url, fromLoopback, attempts } = callbackFrom(row);
  const { job, body, next_at: nextAt } = row;
  return { job: String(job), body: String(body), nextAt: Number(nextAt), url, fromLoopback, attempts };
}
