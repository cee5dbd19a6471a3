import type { JobState } from "../../../shared/contract/jobs.ts";
import type { Attachment, FileRecord, JobRecord } from "../job.ts";
import type { PartRecord } from "../part.ts";
import type { CountFilter, JobFilter, RowRange } from "../port.ts";
import type { Row, Value } from "../rows.ts";
import { attachmentFrom, fileFrom, jobFrom, partFrom } from "../rows.ts";
import type { OpenFilesEnd } from "../transition.ts";
import type { CallbackTable } from "./callbackTable.ts";
import type { Database } from "./database.ts";
import type { Statements } from "./statements.ts";

/** Reads jobs, their files, parts and attachments; inside a transaction or without one. */
export class JobReader {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #callbacks: Pick<CallbackTable, "of">;

  constructor(db: Database, statements: Statements, callbacks: Pick<CallbackTable, "of">) {
    this.#db = db;
    this.#statements = statements;
    this.#callbacks = callbacks;
  }

  job(id: string): JobRecord | undefined {
    const row = this.#statements.job.get(id);
    return row === undefined ? undefined : this.#record(row);
  }

  list({ limit, ...filter }: JobFilter): JobRecord[] {
    const { where, values } = conditionsOf(filter);
    const found = this.#db.prepare(`SELECT * FROM jobs ${where} ORDER BY id DESC LIMIT ?`);
    const rows = found.all(...values, limit);
    return rows.map((row) => this.#record(row));
  }

  count(filter: CountFilter): number {
    const { where, values } = conditionsOf(filter);
    return Number(this.#db.prepare(`SELECT COUNT(*) AS jobs FROM jobs ${where}`).get(...values)?.jobs);
  }

  counts(): Record<JobState, number> {
    const counts = { queued: 0, running: 0, succeeded: 0, partial: 0, failed: 0, cancelled: 0 };
    for (const { state, jobs } of this.#statements.counts.all()) counts[state as JobState] = Number(jobs);
    return counts;
  }

  file(job: string, index: number): FileRecord | undefined {
    const row = this.#statements.file.get(job, index);
    return row === undefined ? undefined : ended(fileFrom(row), this.openEnd(job));
  }

  files(job: string, from: number, limit: number): FileRecord[] {
    return this.filesOf(job, this.#statements.files.all(job, from, limit));
  }

  /** The files of a job that these rows are. */
  filesOf(job: string, rows: readonly Row[]): FileRecord[] {
    const files = rows.map(fileFrom);
    const end = this.openEnd(job);
    return end === undefined ? files : files.map((file) => ended(file, end));
  }

  /** End of the open files of a job that is over; undefined when the files have it themselves. */
  openEnd(job: string): OpenFilesEnd | undefined {
    const row = this.#statements.openEnd.get(job);
    return row === undefined ? undefined : (JSON.parse(String(row.open_end)) as OpenFilesEnd);
  }

  /** Files after the first `after` that ended, in end order. */
  filesByEnd(job: string, after: number, limit: number): FileRecord[] {
    return this.#statements.filesByEnd.all(job, after, limit).map(fileFrom);
  }

  parts(job: string, map: string, { from, limit }: Required<RowRange>): PartRecord[] {
    return this.#statements.parts.all(job, map, from, limit).map(partFrom);
  }

  attachments(job: string): Attachment[] {
    return this.#statements.attachments.all(job).map(attachmentFrom);
  }

  #record(row: Row): JobRecord {
    const id = String(row.id);
    const callback = this.#callbacks.of(id);
    const record = jobFrom(row, this.attachments(id));
    return callback === undefined ? record : { ...record, callback };
  }
}

interface Conditions {
  readonly where: string;
  readonly values: readonly Value[];
}

function conditionsOf({ id, state, task, client, before }: Omit<JobFilter, "limit">): Conditions {
  const conditions: readonly (readonly [string, Value | undefined])[] = [
    ["id = ?", id],
    ["state = ?", state],
    ["task = ?", task],
    ["client = ?", client],
    ["id < ?", before],
  ];
  const used = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  const where = used.length === 0 ? "" : `WHERE ${used.map(({ sql }) => sql).join(" AND ")}`;
  return { where, values: used.map(({ value }) => value) };
}

function ended(file: FileRecord, end: OpenFilesEnd | undefined): FileRecord {
  return end === undefined || file.state !== "queued" ? file : { ...file, ...end };
}
