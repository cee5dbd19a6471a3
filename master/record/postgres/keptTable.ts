import { isFinal } from "../../../shared/contract/jobs.ts";
import { AppError } from "../../../shared/errors.ts";
import type { JobRecord } from "../job.ts";
import type { KeptJobs } from "../port.ts";
import type { PostgresDatabase } from "./database.ts";
import { PostgresReader } from "./jobReader.ts";
import type { UnfinishedChanges } from "./unfinishedChanges.ts";

/** Bytes that jobs which are over keep in the store. `requireOpen` throws once the record is closed. */
export function keptTable(
  db: PostgresDatabase,
  unfinished: Pick<UnfinishedChanges, "forgetParts">,
  requireOpen: () => void,
): KeptJobs {
  return {
    unnoted: async (limit) => {
      requireOpen();
      const rows = await db.rows(
        `SELECT id FROM jobs WHERE ended_at IS NOT NULL AND kept_bytes IS NULL ORDER BY ended_at, id LIMIT $1`,
        limit,
      );
      return rows.map(({ id }) => String(id));
    },
    noted: async (endedBefore, limit) => {
      requireOpen();
      const rows = await db.rows(
        `SELECT id, kept_bytes FROM jobs WHERE ended_at < $1 AND kept_bytes IS NOT NULL
          ORDER BY ended_at, id LIMIT $2`,
        endedBefore,
        limit,
      );
      return rows.map(({ id, kept_bytes: bytes }) => ({ job: String(id), bytes: Number(bytes) }));
    },
    bytes: async () => {
      requireOpen();
      const [row] = await db.rows("SELECT SUM(kept_bytes) AS bytes FROM jobs WHERE ended_at IS NOT NULL");
      return Number(row?.bytes ?? 0);
    },
    note: async (job, bytes) => {
      requireOpen();
      requireOver(job, await new PostgresReader(db).job(job), "it needs its parts");
      await unfinished.forgetParts(job);
      await db.run("UPDATE jobs SET kept_bytes = $1 WHERE id = $2", bytes, job);
    },
  };
}

/** @throws AppError `no_such_job`, `bad_transition` while the job is not over */
export function requireOver(id: string, job: JobRecord | undefined, reason: string): JobRecord {
  if (job === undefined) throw new AppError("no_such_job", `There is no job ${id}.`, { status: 404 });
  if (isFinal(job.state)) return job;
  throw new AppError("bad_transition", `Job ${id} is not over: ${reason}.`, { status: 409 });
}
