import type { JobState } from "../../../shared/contract/jobs.ts";
import type { Attachment, CancelReason, FileRecord, JobRecord } from "../job.ts";
import type { PartRecord } from "../part.ts";
import type { CountFilter, JobFilter, RowRange } from "../port.ts";
import { callbackFrom, fileFrom, jobFrom, partFrom, type Row } from "../rows.ts";
import { allOf, type Sql } from "../searchSql.ts";
import type { OpenFilesEnd } from "../transition.ts";
import type { Queries } from "./database.ts";
import { numbered } from "./placeholders.ts";

/** A job with all that its record is made of. */
export const JOBS = `SELECT jobs.*,
  (SELECT row_to_json(callbacks)::text FROM callbacks WHERE callbacks.job = jobs.id) AS callback,
  (SELECT json_agg(json_strip_nulls(json_build_object(
    'name', a.name, 'key', a.key, 'bytes', a.bytes, 'replacedBy', a.replaced_by)) ORDER BY a.wanted)::text
    FROM attachments a WHERE a.job = jobs.id) AS attachments
  FROM jobs`;

/** A file with the end that its job gives it. */
const FILES =
  "SELECT files.*, unfinished.open_end FROM files LEFT JOIN unfinished ON unfinished.job = files.job";

/** Reads jobs, their files and parts; inside a transaction or without one. */
export class PostgresReader {
  readonly #db: Queries;

  constructor(db: Queries) {
    this.#db = db;
  }

  async job(id: string): Promise<JobRecord | undefined> {
    const [row] = await this.#db.rows(`${JOBS} WHERE id = $1`, id);
    return row && recordFrom(row);
  }

  /** In the order of the ids, newest first. */
  async jobs(ids: readonly string[]): Promise<JobRecord[]> {
    return (await this.#db.rows(`${JOBS} WHERE id = ANY($1) ORDER BY id DESC`, ids)).map(recordFrom);
  }

  async list({ limit, search: _, ...filter }: JobFilter): Promise<JobRecord[]> {
    const { sql, values } = conditionsOf(filter);
    const found = numbered(`${JOBS} WHERE ${sql} ORDER BY id DESC LIMIT ?`);
    return (await this.#db.rows(found, ...values, limit)).map(recordFrom);
  }

  async count({ search: _, ...filter }: CountFilter): Promise<number> {
    const { sql, values } = conditionsOf(filter);
    const [row] = await this.#db.rows(numbered(`SELECT COUNT(*) AS jobs FROM jobs WHERE ${sql}`), ...values);
    return Number(row?.jobs);
  }

  async counts(): Promise<Record<JobState, number>> {
    const counts = { queued: 0, running: 0, succeeded: 0, partial: 0, failed: 0, cancelled: 0 };
    const rows = await this.#db.rows("SELECT state, COUNT(*) AS jobs FROM jobs GROUP BY state");
    for (const { state, jobs } of rows) counts[state as JobState] = Number(jobs);
    return counts;
  }

  async files(job: string, { from, limit }: Required<RowRange>): Promise<FileRecord[]> {
    const sql = `${FILES} WHERE files.job = $1 AND idx >= $2 ORDER BY idx LIMIT $3`;
    return (await this.#db.rows(sql, job, from, limit)).map(endedFileFrom);
  }

  /** Files of the job that a condition holds for, those after an index, without the first `skip`. */
  async filesThat(
    job: string,
    { sql, values }: Sql,
    { after, skip, limit }: { readonly after: number; readonly skip: number; readonly limit: number },
  ): Promise<FileRecord[]> {
    const found = numbered(
      `${FILES} WHERE files.job = ? AND idx > ? AND ${sql} ORDER BY idx LIMIT ? OFFSET ?`,
    );
    return (await this.#db.rows(found, job, after, ...values, limit, skip)).map(endedFileFrom);
  }

  /** Files after the first `after` that ended, in end order. */
  async filesByEnd(job: string, after: number, limit: number): Promise<FileRecord[]> {
    const sql = "SELECT * FROM files WHERE job = $1 AND end_order > $2 ORDER BY end_order LIMIT $3";
    return (await this.#db.rows(sql, job, after, limit)).map(fileFrom);
  }

  async parts(job: string, map: string, { from, limit }: Required<RowRange>): Promise<PartRecord[]> {
    const sql = "SELECT * FROM parts WHERE job = $1 AND map = $2 AND idx >= $3 ORDER BY idx LIMIT $4";
    return (await this.#db.rows(sql, job, map, from, limit)).map(partFrom);
  }
}

export function recordFrom(row: Row): JobRecord {
  const attachments =
    row.attachments == null ? [] : (JSON.parse(String(row.attachments)) as readonly Attachment[]);
  const { master, cancel_wish: wish } = row;
  const record: JobRecord = {
    ...jobFrom(row, attachments),
    ...(master == null ? {} : { master: String(master) }),
    ...(wish == null ? {} : { cancelWish: JSON.parse(String(wish)) as CancelReason }),
  };
  if (row.callback == null) return record;
  return { ...record, callback: callbackFrom(JSON.parse(String(row.callback)) as Row) };
}

export function conditionsOf({ id, state, task, client, before }: Omit<JobFilter, "limit" | "search">): Sql {
  const conditions: readonly (readonly [string, string | undefined])[] = [
    ["id = ?", id],
    ["state = ?", state],
    ["task = ?", task],
    ["client = ?", client],
    ["id < ?", before],
  ];
  return allOf(conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, values: [value] }])));
}

function endedFileFrom(row: Row): FileRecord {
  const file = fileFrom(row);
  if (file.state !== "queued" || row.open_end == null) return file;
  return { ...file, ...(JSON.parse(String(row.open_end)) as OpenFilesEnd) };
}
