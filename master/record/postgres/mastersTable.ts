import { randomBytes } from "node:crypto";
import type { CancelReason, JobRecord } from "../job.ts";
import { type CancelWish, type LivingMaster, type RecordedMasters, SILENT_SECONDS } from "../masters.ts";
import type { Value } from "../rows.ts";
import type { Announce, JobNews } from "./announcing.ts";
import type { PostgresDatabase, Queries } from "./database.ts";
import { PostgresReader } from "./jobReader.ts";
import type { OtherMasters } from "./otherMasters.ts";
import type { SharingMaster } from "./postgresRecordOptions.ts";
import type { UnfinishedChanges } from "./unfinishedChanges.ts";

export interface MastersTableDeps {
  readonly db: PostgresDatabase;
  readonly others: Pick<OtherMasters, "announce" | "onNews">;
  readonly unfinished: Pick<UnfinishedChanges, "completeAll">;
  /** Throws once the record is closed. */
  readonly requireOpen: () => void;
}

/** Rows of masters that are gone are kept for a while: one that was only cut off finds its own again. */
const KEPT_SECONDS = 60;

const UNFINISHED = "state IN ('queued', 'running')";

const BEAT = `WITH beat AS (
    INSERT INTO masters (id, place, store, url, version, state) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE SET url = excluded.url, state = excluded.state, seen_at = excluded.seen_at)
  SELECT id, cancel_wish FROM jobs WHERE master = $1 AND cancel_wish IS NOT NULL AND ${UNFINISHED}`;

/**
 * A job is free when its owner has left or was silent. Where the owner's row is there and has another place, that is
 * certain only for a master that was in contact meanwhile: after an outage of the database all rows are old.
 */
const CLAIM = `UPDATE jobs SET master = $1 WHERE id IN (
    SELECT id FROM jobs AS free WHERE ${UNFINISHED} AND master IS DISTINCT FROM $1 AND NOT EXISTS (
      SELECT FROM masters WHERE masters.id = free.master AND place <> $2
        AND (NOT $3 OR seen_at > clock_timestamp() - make_interval(secs => $4)))
    ORDER BY id LIMIT $5 FOR UPDATE SKIP LOCKED)
  RETURNING id`;

/** The masters that share the record. */
export function mastersTable(deps: MastersTableDeps, { place, store }: SharingMaster): RecordedMasters {
  const { db, others, unfinished, requireOpen } = deps;
  // Another one after each start.
  const id = `${place}.${randomBytes(4).toString("hex")}`;
  const open = async <T>(work: () => Promise<T>): Promise<T> => {
    requireOpen();
    return await work();
  };
  return {
    id,
    beat: ({ url, version, state }) => open(() => beat(db, [id, place, store, url, version, state])),
    living: () => open(() => living(db)),
    claim: (how, limit) => {
      const values = [id, place, how === "silent" ? "t" : "f", SILENT_SECONDS, limit];
      return open(() => db.transaction((tx) => claimed(tx, values, others.announce)));
    },
    lost: (jobs) => open(() => lost(db, jobs, id)),
    unknown: (running) => open(() => unknown(db, running, id)),
    wishCancelled: (wish) => open(() => db.transaction((tx) => wishCancelled(tx, wish, others.announce))),
    ask: ({ type, id: job }) => open(() => others.announce(db, [{ type, job }])),
    completeLeft: () => unfinished.completeAll(),
    leave: () => open(() => db.transaction((tx) => leave(tx, id, others.announce))),
    onNews: (listener) => others.onNews(listener),
    isOfThisPlace: ({ master }) => master?.startsWith(`${place}.`) ?? false,
  };
}

async function beat(db: Queries, values: readonly Value[]): Promise<CancelWish[]> {
  const rows = await db.rows(BEAT, ...values);
  return rows.map(({ id, cancel_wish: wish }) => ({
    job: String(id),
    reason: JSON.parse(String(wish)) as CancelReason,
  }));
}

async function lost(db: Queries, jobs: readonly string[], id: string): Promise<string[]> {
  const sql = "SELECT id FROM jobs WHERE id = ANY($1) AND master IS DISTINCT FROM $2";
  return (await db.rows(sql, jobs, id)).map((row) => String(row.id));
}

async function unknown(db: Queries, running: readonly string[], id: string): Promise<readonly JobRecord[]> {
  const sql = `SELECT id FROM jobs WHERE master = $2 AND ${UNFINISHED} AND id <> ALL($1)`;
  const rows = await db.rows(sql, running, id);
  return rows.length === 0 ? [] : await new PostgresReader(db).jobs(rows.map((row) => String(row.id)));
}

async function leave(tx: Queries, id: string, announce: Announce): Promise<void> {
  await tx.run(`UPDATE jobs SET master = NULL WHERE master = $1 AND ${UNFINISHED}`, id);
  await tx.run("DELETE FROM masters WHERE id = $1", id);
  await announce(tx, [{ type: "left", job: "" }]);
}

async function claimed(
  tx: Queries,
  values: readonly Value[],
  announce: Announce,
): Promise<readonly JobRecord[]> {
  const jobs = (await tx.rows(CLAIM, ...values)).map((row) => String(row.id));
  const news = jobs.map((job): JobNews => ({ type: "moved", job }));
  await announce(tx, news);
  return await new PostgresReader(tx).jobs(jobs);
}

async function living(db: PostgresDatabase): Promise<readonly LivingMaster[]> {
  await db.run(
    "DELETE FROM masters WHERE seen_at < clock_timestamp() - make_interval(secs => $1)",
    KEPT_SECONDS,
  );
  const rows = await db.rows(
    `SELECT id, url, version, state, extract(epoch FROM started_at) * 1000 AS started FROM masters
      WHERE seen_at > clock_timestamp() - make_interval(secs => $1) ORDER BY started_at, id`,
    SILENT_SECONDS,
  );
  return rows.map(({ id, url, version, state, started }) => ({
    id: String(id),
    url: String(url),
    version: String(version),
    state: String(state),
    startedAt: Math.round(Number(started)),
  }));
}

/** The first wish counts. A job that is over has none. */
async function wishCancelled(tx: Queries, { job, reason }: CancelWish, announce: Announce): Promise<void> {
  const wished = await tx.run(
    `UPDATE jobs SET cancel_wish = $2 WHERE id = $1 AND cancel_wish IS NULL AND ${UNFINISHED}`,
    job,
    JSON.stringify(reason),
  );
  if (wished > 0) await announce(tx, [{ type: "wished", job }]);
}
