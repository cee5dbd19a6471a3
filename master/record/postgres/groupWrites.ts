import type { JobRecord } from "../job.ts";
import { failureOf, outcomeOf, secretsOf, type Value, warningsOf, workOf } from "../rows.ts";
import type { Queries } from "./database.ts";
import type { AttachedResult, EndOfJob, FileInGroup, GroupChanges } from "./groupChanges.ts";
import { giveBack, giveBackOpenFiles } from "./replacedNames.ts";
import { searchKey, searchKeys } from "./searchDialect.ts";
import { addUnfinished, endOpenFiles, STEP_FILES } from "./unfinishedChanges.ts";

const UPSERT_PARTS = `INSERT INTO parts (job, map, idx, digest, part_key, part, stored_at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[])
  ON CONFLICT (job, map, idx) DO UPDATE SET digest = excluded.digest, part_key = excluded.part_key,
    part = excluded.part, stored_at = excluded.stored_at`;

const END_FILES = `UPDATE files SET state = u.state, result_key = u.result_key, outcome = u.outcome,
    end_order = u.end_order, slave_key = u.slave_key, code_key = u.code_key, reuse_key = u.reuse_key
  FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[], $9::text[])
    AS u (job, idx, state, result_key, outcome, end_order, slave_key, code_key, reuse_key)
  WHERE files.job = u.job AND files.idx = u.idx`;

const UPDATE_JOBS = `UPDATE jobs SET state = u.state, done = u.done, failed = u.failed, cancelled = u.cancelled,
    started_at = u.started_at, ended_at = u.ended_at, failure = u.failure, secrets = u.secrets,
    warnings = u.warnings, work = u.work, speculation = u.speculation, slave_keys = u.slave_keys,
    code_key = u.code_key
  FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::bigint[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
    AS u (id, state, done, failed, cancelled, started_at, ended_at, failure, secrets, warnings, work, speculation,
      slave_keys, code_key)
  WHERE jobs.id = u.id`;

/** Writes what a group of calls changes. @param replacing jobs that may have taken names from others */
export async function writeGroup(
  tx: Queries,
  { jobs, files, parts, attached, ends }: GroupChanges,
  replacing: ReadonlySet<string>,
): Promise<void> {
  if (parts.length > 0) await tx.run(UPSERT_PARTS, ...columnsOf(lastOfEach(parts)));
  if (files.length > 0) await tx.run(END_FILES, ...columnsOf(files.map(fileValues)));
  await freeNames(tx, files, replacing);
  for (const one of attached) await upsertAttachment(tx, one);
  for (const end of ends) await endJob(tx, end, replacing);
  if (jobs.size > 0) await tx.run(UPDATE_JOBS, ...columnsOf([...jobs.values()].map(jobValues)));
}

/** Rows as one array for each column. */
function columnsOf(rows: readonly (readonly Value[])[]): (readonly Value[])[] {
  const [first = []] = rows;
  return first.map((_, column) => rows.map((row) => row[column] ?? null));
}

/** One statement cannot write a row twice: of the parts of an index the last one counts. */
function lastOfEach(parts: readonly (readonly Value[])[]): (readonly Value[])[] {
  return [...new Map(parts.map((part) => [JSON.stringify(part.slice(0, 3)), part])).values()];
}

function fileValues({ job, index, file, endOrder }: FileInGroup): Value[] {
  const { state, resultKey = null, reuseKey = null, slave, code } = file;
  const slaveKey = slave === undefined ? null : searchKey(slave);
  const codeKey = code === undefined ? null : searchKey(code);
  return [job, index, state, resultKey, outcomeOf(file), endOrder, slaveKey, codeKey, reuseKey];
}

function jobValues(job: JobRecord): Value[] {
  const { id, state, done, failed, cancelled, startedAt = null, endedAt = null, speculation } = job;
  return [
    ...[id, state, done, failed, cancelled, startedAt, endedAt],
    failureOf(job),
    secretsOf(job),
    warningsOf(job),
    workOf(job),
    speculation === undefined ? null : JSON.stringify(speculation),
    job.work === undefined ? null : searchKeys(Object.keys(job.work.slaves)),
    job.code === undefined ? null : searchKey(job.code),
  ];
}

/** Gives up the names of files that failed. */
async function freeNames(
  tx: Queries,
  files: readonly FileInGroup[],
  replacing: ReadonlySet<string>,
): Promise<void> {
  const failed = files.filter(({ file }) => file.state === "failed");
  if (failed.length === 0) return;
  for (const job of new Set(failed.map((file) => file.job)))
    if (replacing.has(job))
      await giveBack(tx, job, (holder) =>
        failed.some((file) => file.job === job && file.index === holder.index),
      );
  await tx.run(
    `DELETE FROM names USING unnest($1::text[], $2::int[]) AS u (job, idx)
      WHERE names.job = u.job AND names.idx = u.idx`,
    failed.map(({ job }) => job),
    failed.map(({ index }) => index),
  );
}

async function upsertAttachment(
  tx: Queries,
  { job, wanted, name, key, bytes }: AttachedResult,
): Promise<void> {
  await tx.run(
    `INSERT INTO attachments (job, wanted, name, key, bytes) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (job, wanted) DO UPDATE SET key = excluded.key, bytes = excluded.bytes`,
    job,
    JSON.stringify(wanted),
    name,
    key,
    bytes,
  );
}

/** Open files of a large job get their end later; readers see it at once. */
async function endJob(
  tx: Queries,
  { job: { id, total, callback }, at, openEnd: end }: EndOfJob,
  replacing: ReadonlySet<string>,
): Promise<void> {
  if (callback !== undefined)
    await tx.run("UPDATE callbacks SET state = 'pending', next_at = $2 WHERE job = $1", id, at);
  if (end === undefined) return;
  if (total > STEP_FILES) return await addUnfinished(tx, id, end);
  if (replacing.has(id)) await giveBackOpenFiles(tx, id);
  await endOpenFiles(tx, { job: id, from: 0, to: total, end });
}
