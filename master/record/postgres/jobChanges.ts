import type { JobRecord } from "../job.ts";
import type { TakenName } from "../port.ts";
import { forgetCallback } from "./callbackTable.ts";
import type { Queries } from "./database.ts";
import { PostgresReader } from "./jobReader.ts";
import { requireOver } from "./keptTable.ts";
import { nextName } from "./nameTable.ts";
import { addUnfinished } from "./unfinishedChanges.ts";

/**
 * Forgets a job that is over; its other rows are to be deleted. Resolves with its last record.
 * @throws AppError `no_such_job`, `bad_transition` while it is not over
 */
export async function removeJob(tx: Queries, id: string): Promise<JobRecord> {
  await lockJob(tx, id);
  const found = await new PostgresReader(tx).job(id);
  const record = requireOver(id, found, "it cannot be removed");
  await tx.run("DELETE FROM requests WHERE job = $1", id);
  await forgetCallback(tx, id);
  await tx.run("DELETE FROM jobs WHERE id = $1", id);
  await addUnfinished(tx, id);
  return record;
}

export interface RenamedResult {
  readonly name: string;
  readonly record: JobRecord;
}

/** Gives a result the next number of its name. Undefined when the name is no longer this result's. */
export async function renameResult(tx: Queries, taken: TakenName): Promise<RenamedResult | undefined> {
  const { job, index, name: old } = taken;
  await lockJob(tx, job);
  const name = await nextName(tx, taken);
  if (name === undefined) return undefined;
  if (index === undefined)
    await tx.run("UPDATE attachments SET name = $3 WHERE job = $1 AND name = $2", job, old, name);
  else await tx.run("UPDATE files SET result_name = $3 WHERE job = $1 AND idx = $2", job, index, name);
  const record = await new PostgresReader(tx).job(job);
  return record && { name, record };
}

/** Jobs are locked before their names, as by events. */
async function lockJob(tx: Queries, id: string): Promise<void> {
  await tx.rows("SELECT id FROM jobs WHERE id = $1 FOR UPDATE", id);
}
