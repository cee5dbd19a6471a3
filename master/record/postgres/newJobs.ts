import { Semaphore } from "../../../shared/async/semaphore.ts";
import { AppError } from "../../../shared/errors.ts";
import type { FileRecord, JobRecord } from "../job.ts";
import { plainName } from "../names.ts";
import type { ClientKey, CreatedJob, CreateOptions, NewFile, NewJob, RequestHolder } from "../newJob.ts";
import { newFileValues, newJobValues, queuedFile, queuedJob } from "../rows.ts";
import { type Announce, changed } from "./announcing.ts";
import { LOCKS } from "./connect.ts";
import type { PostgresDatabase, Queries } from "./database.ts";
import { reserveNames } from "./nameTable.ts";

/** Files that one statement writes. */
const STEP_FILES = 500;

const INSERT_JOB = `INSERT INTO jobs (id, task, state, options, priority, seed, total, bytes, created_at, retry_of,
    client, budgets, secrets, name, request_id, cache, done, failed, cancelled, replace_names, master)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 0, 0, $17, $18)
  ON CONFLICT DO NOTHING`;

const INSERT_FILES = `INSERT INTO files (job, idx, state, input_key, bytes, sha256, filename, path, result_name,
    cached, twin_of, made_by)
  SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::int[], $12::text[])`;

/** Jobs that are created at a time: a transaction of many files must not hold all connections. */
const CREATIONS = 4;

export interface NewJobsDeps {
  readonly db: PostgresDatabase;
  readonly announce: Announce;
  /** Id of this master, which owns the jobs that it creates; undefined: it works alone. */
  readonly master: string | undefined;
  /** Throws when the record was closed between two steps: the job is then taken back. */
  readonly requireOpen: () => void;
}

/**
 * Writes new jobs, each in a transaction of its own, which takes long for a job of very many files. Others see the job
 * and its names when it is whole; those who ask for one of its names meanwhile wait.
 */
export class NewJobs {
  readonly #deps: NewJobsDeps;
  readonly #permits = new Semaphore(CREATIONS);
  readonly #running = new Set<Promise<unknown>>();

  constructor(deps: NewJobsDeps) {
    this.#deps = deps;
  }

  async create(job: NewJob, options: CreateOptions): Promise<CreatedJob> {
    const creating = this.#permits.use(() => this.#create(job, options));
    this.#running.add(creating);
    return await creating.finally(() => this.#running.delete(creating));
  }

  /** Resolves when every job that was to be created is there, or was refused. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }

  async #create(job: NewJob, { replaceNames = false }: CreateOptions): Promise<CreatedJob> {
    const { db, announce, requireOpen, master } = this.#deps;
    const record = { ...queuedJob(job), ...(master === undefined ? {} : { master }) };
    return await db.transaction(async (tx) => {
      if (master !== undefined) await requireFreeKey(tx, job);
      await insertJob(tx, record, replaceNames);
      await bindRequest(tx, job);
      await addCallback(tx, job);
      const files: FileRecord[] = [];
      for (let from = 0; from < job.files.length; from += STEP_FILES) {
        if (from > 0) requireOpen();
        const step = job.files.slice(from, from + STEP_FILES);
        for (const file of await writeFiles(tx, job, { files: step, replace: replaceNames }))
          files.push(file);
      }
      await announce(tx, [changed(job.id)]);
      return { record, files };
    });
  }
}

/** The job that a client's request key stands for. */
export async function holderOfRequest(
  db: Queries,
  asked: ClientKey,
  now: number,
): Promise<RequestHolder | undefined> {
  const [row] = await db.rows(
    "SELECT job, digest FROM requests WHERE client = $1 AND request_key = $2 AND expires_at > $3",
    asked.client ?? "",
    JSON.stringify(asked.key),
    now,
  );
  return row && { job: String(row.job), digest: String(row.digest) };
}

async function insertJob(tx: Queries, record: JobRecord, replaceNames: boolean): Promise<void> {
  const inserted = await tx.run(
    INSERT_JOB,
    ...newJobValues(record),
    replaceNames ? 1 : 0,
    record.master ?? null,
  );
  // Rows of a removed job of this id may be left.
  const [left] = await tx.rows("SELECT job FROM unfinished WHERE job = $1", record.id);
  if (inserted === 1 && left === undefined) return;
  throw new AppError("job_exists", `There is a job ${record.id} already.`, { status: 409 });
}

async function writeFiles(
  tx: Queries,
  { id, task }: NewJob,
  { files, replace }: { readonly files: readonly NewFile[]; readonly replace: boolean },
): Promise<FileRecord[]> {
  const wishes = files.map(({ filename, resultName, index }) => ({
    plain: plainName(filename, resultName),
    index,
  }));
  const names = await reserveNames(tx, { task, job: id, replace }, wishes);
  const records = files.map((file, n) => queuedFile(file, names[n] ?? ""));
  const rows = records.map((file) => [...newFileValues(id, file), file.cached?.job ?? null]);
  const [first = []] = rows;
  await tx.run(INSERT_FILES, ...first.map((_, column) => rows.map((row) => row[column] ?? null)));
  return records;
}

/**
 * The same request may come to two masters at once: the second one waits here for the first.
 * @throws AppError `job_exists`
 */
async function requireFreeKey(tx: Queries, { client, createdAt, request }: NewJob): Promise<void> {
  if (request === undefined) return;
  const { key } = request;
  const name = JSON.stringify(["request", client, key]);
  await tx.rows("SELECT pg_advisory_xact_lock($1, hashtext($2))", LOCKS, name);
  const holder = await holderOfRequest(tx, { client, key }, createdAt);
  const [row] = await tx.rows("SELECT state FROM jobs WHERE id = $1", holder?.job ?? "");
  if (row === undefined || row.state === "cancelled") return;
  throw new AppError("job_exists", `The key of this request stands for job ${holder?.job}.`, { status: 409 });
}

/** From now on the client's key stands for this job. Expired keys of all jobs go. */
async function bindRequest(tx: Queries, { id, client = "", createdAt, request }: NewJob): Promise<void> {
  if (request === undefined) return;
  // Rows that another transaction deletes just now are left to it.
  await tx.run(
    `DELETE FROM requests WHERE (client, request_key) IN (
      SELECT client, request_key FROM requests WHERE expires_at <= $1 FOR UPDATE SKIP LOCKED)`,
    createdAt,
  );
  await tx.run(
    `INSERT INTO requests (client, request_key, digest, job, expires_at) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (client, request_key)
      DO UPDATE SET digest = excluded.digest, job = excluded.job, expires_at = excluded.expires_at`,
    client,
    JSON.stringify(request.key),
    request.digest,
    id,
    request.expiresAt,
  );
}

async function addCallback(tx: Queries, { id, callback }: NewJob): Promise<void> {
  if (callback === undefined) return;
  const { url, fromLoopback } = callback;
  await tx.run(
    `INSERT INTO callbacks (job, url, origin, from_loopback, state, attempts)
      VALUES ($1, $2, $3, $4, 'waiting', 0)`,
    id,
    url,
    new URL(url).origin,
    fromLoopback ? 1 : 0,
  );
}
