import { holderFrom, type NameHolder } from "../nameHolder.ts";
import { nameKey } from "../names.ts";
import type { Row } from "../rows.ts";
import type { Queries } from "./database.ts";

/** A result whose plain name its holder is to lose, and the job that asks for the name. */
interface Claimed {
  readonly plain: string;
  readonly index?: number | undefined;
}

interface Taking {
  readonly task: string;
  readonly job: string;
}

/** Takes plain names over from earlier jobs (`ON_EXISTING=replace`). Resolves with the keys of those that it took. */
export async function takeOver(
  tx: Queries,
  { task, job }: Taking,
  wishes: readonly Claimed[],
): Promise<ReadonlySet<string>> {
  const wished = new Map(wishes.map((wish) => [nameKey(wish.plain), wish]));
  const rows = await tx.rows(
    `SELECT name_key, name, job, idx, number FROM names
      WHERE task = $1 AND name_key = ANY($2) AND job <> $3 AND number IS NULL ORDER BY name_key FOR UPDATE`,
    task,
    [...wished.keys()],
    job,
  );
  await mark(tx, rows.map(holderFrom), job);
  for (const { name_key: key } of rows) {
    const wish = wished.get(String(key));
    if (wish !== undefined) await hand(tx, { task, name: wish.plain, job, index: wish.index });
  }
  return new Set(rows.map(({ name_key }) => String(name_key)));
}

/** Returns names that files of the job took from files of earlier jobs, and that they give up without a result. */
export async function giveBack(
  tx: Queries,
  job: string,
  isFreed: (holder: NameHolder) => boolean | Promise<boolean>,
): Promise<void> {
  for (const { task, name } of await takenBy(tx, job)) {
    // The lock on the row of the name keeps other transactions from changing who had it before.
    const sql = "SELECT name, job, idx, number FROM names WHERE task = $1 AND name_key = $2 FOR UPDATE";
    const [row] = await tx.rows(sql, task, nameKey(name));
    const holder = row && holderFrom(row);
    if (holder?.job !== job || !(await isFreed(holder))) continue;
    const heir = await restored(tx, job, name);
    if (heir !== undefined) await hand(tx, heir);
  }
}

/** Gives back what files of the job that have not ended took. */
export async function giveBackOpenFiles(tx: Queries, job: string): Promise<void> {
  await giveBack(tx, job, async ({ index }) => {
    if (index === undefined) return false;
    const [file] = await tx.rows("SELECT state FROM files WHERE job = $1 AND idx = $2", job, index);
    return file?.state === "queued";
  });
}

interface Heir extends Taking {
  readonly name: string;
  readonly index?: number | undefined;
}

interface EarlierFile extends Heir {
  readonly index: number;
  /** Whether it ended without a result. */
  readonly hasNoResult: boolean;
}

async function hand(tx: Queries, { task, name, job, index }: Heir): Promise<void> {
  await tx.run(
    "UPDATE names SET name = $3, job = $4, idx = $5 WHERE task = $1 AND name_key = $2",
    task,
    nameKey(name),
    name,
    job,
    index ?? null,
  );
}

async function mark(tx: Queries, holders: readonly NameHolder[], by: string): Promise<void> {
  const files = holders.filter(({ index }) => index !== undefined);
  const attachments = holders.filter(({ index }) => index === undefined);
  if (files.length > 0)
    await tx.run(
      `UPDATE files SET replaced_by = $1 FROM unnest($2::text[], $3::int[]) AS u (job, idx)
        WHERE files.job = u.job AND files.idx = u.idx`,
      by,
      files.map(({ job }) => job),
      files.map(({ index }) => index ?? null),
    );
  if (attachments.length > 0)
    await tx.run(
      `UPDATE attachments SET replaced_by = $1 FROM unnest($2::text[], $3::text[]) AS u (job, name)
        WHERE attachments.job = u.job AND attachments.name = u.name`,
      by,
      attachments.map(({ job }) => job),
      attachments.map(({ name }) => name),
    );
}

async function takenBy(tx: Queries, job: string): Promise<EarlierFile[]> {
  const rows = await tx.rows(
    `SELECT jobs.task, files.job, files.idx, files.result_name, files.state FROM files
      JOIN jobs ON jobs.id = files.job WHERE files.replaced_by = $1`,
    job,
  );
  return rows.map(earlierFileFrom);
}

function earlierFileFrom({ task, job, idx, result_name: name, state }: Row): EarlierFile {
  const hasNoResult = state === "failed" || state === "cancelled";
  return { task: String(task), job: String(job), index: Number(idx), name: String(name), hasNoResult };
}

/**
 * The last file before this job's that has a result under the name, or may get one; it no longer counts as replaced.
 * Undefined when there is none.
 */
async function restored(tx: Queries, job: string, name: string): Promise<EarlierFile | undefined> {
  const before = (await takenBy(tx, job)).find((file) => nameKey(file.name) === nameKey(name));
  if (before?.hasNoResult === true) return await restored(tx, before.job, name);
  if (before !== undefined)
    await tx.run("UPDATE files SET replaced_by = NULL WHERE job = $1 AND idx = $2", before.job, before.index);
  return before;
}
