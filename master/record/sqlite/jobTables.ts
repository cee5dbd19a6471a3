import { isFinal } from "../../../shared/contract/jobs.ts";
import { AppError } from "../../../shared/errors.ts";
import type { JobEvent } from "../events.ts";
import type { Attachment, FileRecord, JobRecord } from "../job.ts";
import type { CreatedJob, NewJob } from "../newJob.ts";
import { endFile, endOfOpenFiles, type FileEnd, type JobEnd, transition } from "../transition.ts";
import type { Database, Value } from "./database.ts";
import type { JobReader } from "./jobReader.ts";
import { KeptTable } from "./keptTable.ts";
import { type IsTaken, NameTable } from "./nameTable.ts";
import { RequestTable } from "./requestTable.ts";
import {
  attachmentFrom,
  failureOf,
  newFileValues,
  outcomeOf,
  partValues,
  queuedFile,
  secretsOf,
  warningsOf,
} from "./rows.ts";
import type { Statements } from "./statements.ts";

/** Files of a new job that are written without a pause: some 20 ms. */
export const STEP_FILES = 500;

interface Reading {
  readonly statements: Statements;
  readonly read: JobReader;
}

/** Writes jobs and what happens to them. All methods run inside a transaction. */
export class JobTables {
  readonly names: NameTable;
  readonly kept: KeptTable;
  readonly requests: RequestTable;
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #read: JobReader;

  constructor(db: Database, isTaken: IsTaken, { statements, read }: Reading) {
    this.#db = db;
    this.names = new NameTable(db, isTaken);
    this.kept = new KeptTable(db);
    this.requests = new RequestTable(db);
    this.#statements = statements;
    this.#read = read;
  }

  /** Pauses now and then, as a job may have very many files. */
  *insert(job: NewJob, replaceNames: boolean): Generator<void, CreatedJob> {
    if (this.#read.job(job.id) !== undefined) {
      throw new AppError("job_exists", `There is a job ${job.id} already.`, { status: 409 });
    }
    const { files, request, ...fields } = job;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const counts = { total: files.length, done: 0, failed: 0, cancelled: 0, bytes };
    const record: JobRecord = { ...fields, state: "queued", ...counts, attachments: [] };
    this.#statements.insertJob.run(...newJobValues(record), replaceNames ? 1 : 0);
    if (request !== undefined) this.requests.bind(job, request);
    const nameFor = this.names.forFilesOf(job, replaceNames);
    const created: FileRecord[] = [];
    for (const newFile of files) {
      const file = queuedFile(newFile, nameFor(newFile));
      this.#statements.insertFile.run(...newFileValues(job.id, file));
      if (created.push(file) % STEP_FILES === 0) yield;
    }
    return { record, files: created };
  }

  /** The record after an event; what lies in other tables than `jobs` is written. */
  apply(job: JobRecord, event: JobEvent): JobRecord {
    switch (event.type) {
      case "file_done":
      case "file_failed":
        return this.#endFile(job, event);
      case "part_stored": {
        const after = transition(job, event);
        this.#statements.upsertPart.run(...partValues(job.id, event.record));
        return after;
      }
      case "attached":
        return this.#attach(job, event.attachment);
      case "speculated": {
        const after = transition(job, event);
        this.#statements.updateSpeculation.run(JSON.stringify(after.speculation), job.id);
        return after;
      }
      case "started":
      case "warned":
        return transition(job, event);
      default:
        return this.#end(job, event);
    }
  }

  /** Writes what `apply` changed of a job. */
  save(job: JobRecord): void {
    const { state, done, failed, cancelled, startedAt = null, endedAt = null } = job;
    this.#statements.updateJob.run(
      state,
      done,
      failed,
      cancelled,
      startedAt,
      endedAt,
      failureOf(job),
      secretsOf(job),
      warningsOf(job),
      job.id,
    );
  }

  /** Forgets a job that is over. Pauses between its tables. */
  *remove(id: string): Generator<void, void> {
    const job = this.#read.job(id);
    if (job === undefined) throw new AppError("no_such_job", `There is no job ${id}.`, { status: 404 });
    if (!isFinal(job.state)) {
      throw new AppError("bad_transition", `Job ${id} is not over: it cannot be removed.`, { status: 409 });
    }
    this.names.freeJob(id);
    this.requests.forget(id);
    for (const table of ["attachments", "parts", "files"]) {
      this.#db.prepare(`DELETE FROM ${table} WHERE job = ?`).run(id);
      yield;
    }
    this.#db.prepare("DELETE FROM jobs WHERE id = ?").run(id);
  }

  #endFile(job: JobRecord, event: FileEnd): JobRecord {
    const after = transition(job, event);
    const file = endFile(event);
    const { state, resultKey = null } = file;
    const outcome = outcomeOf(file, after.done + after.failed);
    if (this.#statements.endFile.run(state, resultKey, outcome, job.id, event.index) === 0) {
      const problem = `File ${event.index} of job ${job.id} is not there, or has ended already.`;
      throw new AppError("bad_transition", problem, { status: 409 });
    }
    if (state === "failed") this.names.freeFile(job.id, event.index);
    return after;
  }

  /** A job that asks again for a name, as a replay does, keeps the one it has. */
  #attach(job: JobRecord, wish: Attachment): JobRecord {
    const known = this.#statements.attachment.get(job.id, wish.name);
    const name = known === undefined ? this.#nameFor(job, wish.name) : String(known.name);
    const attachment = { ...(known && attachmentFrom(known)), key: wish.key, bytes: wish.bytes, name };
    const after = transition(job, { type: "attached", attachment });
    this.#statements.upsertAttachment.run(job.id, wish.name, name, wish.key, wish.bytes);
    return after;
  }

  #nameFor({ id, task }: JobRecord, wanted: string): string {
    const replace = this.#statements.replaceNames.get(id)?.replace_names === 1;
    return this.names.reserveAttachment({ task, job: id, replace }, wanted);
  }

  #end(job: JobRecord, event: JobEnd): JobRecord {
    const after = transition(job, event);
    const open = endOfOpenFiles(event);
    if (open !== undefined) {
      this.names.freeOpenFiles(job.id);
      this.#statements.endOpenFiles.run(open.state, outcomeOf({ attempts: 0, ...open }), job.id);
    }
    return after;
  }
}

function newJobValues(job: JobRecord): Value[] {
  const { id, task, state, options, priority, seed, total, bytes, createdAt } = job;
  const { retryOf = null, client = null } = job;
  const budgets = job.budgets === undefined ? null : JSON.stringify(job.budgets);
  return [
    id,
    task,
    state,
    JSON.stringify(options),
    priority,
    seed,
    total,
    bytes,
    createdAt,
    retryOf,
    client,
    budgets,
    secretsOf(job),
  ];
}
