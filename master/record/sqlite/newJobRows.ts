import { AppError } from "../../../shared/errors.ts";
import type { FileRecord } from "../job.ts";
import type { CreatedJob, NewFile, NewJob } from "../newJob.ts";
import { newFileValues, newJobValues, queuedFile, queuedJob } from "../rows.ts";
import type { CallbackTable } from "./callbackTable.ts";
import type { NameTable } from "./nameTable.ts";
import type { RequestTable } from "./requestTable.ts";
import type { Statements } from "./statements.ts";
import { STEP_FILES, type UnfinishedJobs } from "./unfinishedJobs.ts";

export interface NewJobDeps {
  readonly statements: Statements;
  readonly names: NameTable;
  readonly requests: RequestTable;
  readonly unfinished: UnfinishedJobs;
  readonly callbacks: CallbackTable;
}

/**
 * Writes a new job. Its own row comes last: until then no reader sees it, so that one of many files can be written in
 * several transactions. Each method runs inside a transaction, and may run again when that was rolled back.
 */
export class NewJobRows {
  readonly #deps: NewJobDeps;
  readonly #job: NewJob;
  readonly #replace: boolean;
  readonly #nameFor: (file: NewFile) => string;
  readonly #files: FileRecord[] = [];

  constructor(deps: NewJobDeps, job: NewJob, { replaceNames }: { readonly replaceNames: boolean }) {
    this.#deps = deps;
    this.#job = job;
    this.#replace = replaceNames;
    this.#nameFor = deps.names.forFilesOf(job, replaceNames);
  }

  get isLarge(): boolean {
    return this.#job.files.length > STEP_FILES;
  }

  /** Numbers of the files with which the steps of a large job begin. */
  get steps(): readonly number[] {
    return Array.from({ length: Math.ceil(this.#job.files.length / STEP_FILES) }, (_, n) => n * STEP_FILES);
  }

  /** All of a job that is not large. */
  whole(): CreatedJob {
    this.#refuseKnown();
    for (const from of this.steps) this.writeFiles(from);
    return this.#writeJob();
  }

  /** Notes that the rows of the job are to be deleted, unless `end` comes. */
  begin(): void {
    this.#refuseKnown();
    this.#deps.unfinished.add(this.#job.id);
  }

  writeFiles(from: number): void {
    const { id, files } = this.#job;
    for (const [n, newFile] of files.slice(from, from + STEP_FILES).entries()) {
      const file = queuedFile(newFile, this.#nameFor(newFile));
      this.#deps.statements.insertFile.run(...newFileValues(id, file));
      this.#files[from + n] = file;
    }
  }

  end(): CreatedJob {
    this.#deps.unfinished.drop(this.#job.id);
    return this.#writeJob();
  }

  #refuseKnown(): void {
    const { id } = this.#job;
    const { statements, unfinished } = this.#deps;
    if (statements.job.get(id) === undefined && !unfinished.has(id)) return;
    throw new AppError("job_exists", `There is a job ${id} already.`, { status: 409 });
  }

  #writeJob(): CreatedJob {
    const { statements, requests, callbacks } = this.#deps;
    const { request, callback: target } = this.#job;
    const record = queuedJob(this.#job);
    statements.insertJob.run(...newJobValues(record), this.#replace ? 1 : 0);
    if (request !== undefined) requests.bind(this.#job, request);
    if (target !== undefined) callbacks.add(record.id, target);
    return { record, files: this.#files };
  }
}
