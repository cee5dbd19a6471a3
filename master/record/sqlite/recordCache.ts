import { isFinal } from "../../../shared/contract/jobs.ts";
import type { JobRecord } from "../job.ts";

/** Most records in memory; a record beyond them is read again when it is needed. */
const MOST_RECORDS = 1_000;

/** Records of jobs that are not over, so that the end of a file does not read its job. */
export class RecordCache {
  readonly #read: (job: string) => JobRecord | undefined;
  readonly #committed = new Map<string, JobRecord>();
  /** Records that the running transaction changed. */
  readonly #staged = new Map<string, JobRecord>();

  constructor(read: (job: string) => JobRecord | undefined) {
    this.#read = read;
  }

  /** The record as it is committed. */
  committed(job: string): JobRecord | undefined {
    return this.#committed.get(job) ?? this.#read(job);
  }

  /** The record as the running transaction sees it. */
  current(job: string): JobRecord | undefined {
    return this.#staged.get(job) ?? this.committed(job);
  }

  /** Returns the record. */
  stage(record: JobRecord): JobRecord {
    this.#staged.set(record.id, record);
    return record;
  }

  /** Calls `save` once for each staged record, however many of its files ended in the transaction. */
  commit(save: (record: JobRecord) => void): void {
    for (const record of this.#staged.values()) save(record);
    for (const record of this.#staged.values()) this.#keep(record);
    this.#staged.clear();
  }

  rollBack(): void {
    this.#staged.clear();
    this.#committed.clear();
  }

  forget(job: string): void {
    this.#committed.delete(job);
  }

  #keep(record: JobRecord): void {
    this.#committed.delete(record.id);
    if (isFinal(record.state)) return;
    this.#committed.set(record.id, record);
    const [oldest] = this.#committed.keys();
    if (this.#committed.size > MOST_RECORDS && oldest !== undefined) this.#committed.delete(oldest);
  }
}
