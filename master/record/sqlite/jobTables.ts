import { isFinal } from "../../../shared/contract/jobs.ts";
import { AppError } from "../../../shared/errors.ts";
import type { JobEvent } from "../events.ts";
import type { Attachment, JobRecord } from "../job.ts";
import type { NewJob } from "../newJob.ts";
import type { TakenName } from "../port.ts";
import { attachmentFrom, failureOf, outcomeOf, partValues, secretsOf, warningsOf, workOf } from "../rows.ts";
import { endFile, endOfOpenFiles, type FileEnd, type JobEnd, openFiles, transition } from "../transition.ts";
import type { CallbackTable } from "./callbackTable.ts";
import type { Database } from "./database.ts";
import type { JobReader } from "./jobReader.ts";
import { KeptTable } from "./keptTable.ts";
import { NameTable } from "./nameTable.ts";
import { NewJobRows } from "./newJobRows.ts";
import type { RecordCache } from "./recordCache.ts";
import { RequestTable } from "./requestTable.ts";
import { ReusableTable } from "./reusableTable.ts";
import type { Statements } from "./statements.ts";
import { STEP_FILES, UnfinishedJobs } from "./unfinishedJobs.ts";

type Records = Pick<RecordCache, "current" | "stage">;

interface Reading {
  readonly callbacks: CallbackTable;
  readonly statements: Statements;
  readonly read: JobReader;
}

/** Writes jobs and what happens to them. All methods run inside a transaction. */
export class JobTables {
  readonly names: NameTable;
  readonly kept: KeptTable;
  readonly requests: RequestTable;
  readonly unfinished: UnfinishedJobs;
  readonly reusable: ReusableTable;
  readonly callbacks: CallbackTable;
  readonly #statements: Statements;
  readonly #read: JobReader;

  constructor(db: Database, { callbacks, statements, read }: Reading) {
    this.names = new NameTable(db);
    this.kept = new KeptTable(db);
    this.requests = new RequestTable(db);
    this.unfinished = new UnfinishedJobs(db, this.names);
    this.reusable = new ReusableTable(db);
    this.callbacks = callbacks;
    this.#statements = statements;
    this.#read = read;
  }

  newJob(job: NewJob, options: { readonly replaceNames: boolean }): NewJobRows {
    const { names, requests, unfinished, callbacks } = this;
    const deps = { statements: this.#statements, names, requests, unfinished, callbacks };
    return new NewJobRows(deps, job, options);
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
      workOf(job),
      job.id,
    );
  }

  /** Forgets a job that is over; its other rows are to be deleted. */
  remove(id: string): void {
    const job = this.#read.job(id);
    if (job === undefined) throw new AppError("no_such_job", `There is no job ${id}.`, { status: 404 });
    if (!isFinal(job.state)) {
      throw new AppError("bad_transition", `Job ${id} is not over: it cannot be removed.`, { status: 409 });
    }
    this.requests.forget(id);
    this.callbacks.forget(id);
    this.#statements.deleteJob.run(id);
    this.unfinished.add(id);
  }

  /** Gives a result the next number of its name. Undefined when the name is no longer this result's. */
  rename(
    taken: TakenName,
    records: Records,
  ): { readonly name: string; readonly record: JobRecord } | undefined {
    const { job, index, name: old } = taken;
    const before = records.current(job);
    const name = before === undefined ? undefined : this.names.next(taken);
    if (before === undefined || name === undefined) return undefined;
    if (index !== undefined) {
      this.#statements.renameFile.run(name, job, index);
      return { name, record: before };
    }
    this.#statements.renameAttachment.run(name, job, old);
    const attachments = before.attachments.map((one) => (one.name === old ? { ...one, name } : one));
    const record = { ...before, attachments };
    records.stage(record);
    return { name, record };
  }

  #endFile(job: JobRecord, event: FileEnd): JobRecord {
    const after = transition(job, event);
    const file = endFile(event);
    const { state, resultKey = null } = file;
    const end = [state, resultKey, outcomeOf(file), after.done + after.failed] as const;
    if (this.#statements.endFile.run(...end, job.id, event.index) === 0) {
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
    if (after.callback !== undefined) this.callbacks.becomeDue(job.id, event.at);
    if (job.total <= STEP_FILES && job.done > 0) this.reusable.addAll(job.id);
    const end = endOfOpenFiles(event);
    if (end === undefined || openFiles(job) === 0) return after;
    if (job.total > STEP_FILES) {
      this.unfinished.add(job.id, end);
      return after;
    }
    this.unfinished.giveNamesBack(job.id);
    this.unfinished.endSome(job.id, { from: 0, end });
    return after;
  }
}
