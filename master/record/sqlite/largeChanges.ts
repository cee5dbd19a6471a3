import type { JobRecord } from "../job.ts";
import type { CreatedJob } from "../newJob.ts";
import type { GroupCommit } from "./groupCommit.ts";
import type { JobReader } from "./jobReader.ts";
import type { JobTables } from "./jobTables.ts";
import type { NewJobRows } from "./newJobRows.ts";
import { READ_FILES, type Reusable } from "./reusableTable.ts";
import { STEP_FILES } from "./unfinishedJobs.ts";

/** Results that one transaction adds to the index. */
const STEP_RESULTS = 400;

export interface LargeChangesDeps {
  readonly commit: Pick<GroupCommit, "submit">;
  readonly read: JobReader;
  readonly tables: JobTables;
  /** Throws when the record was closed between two steps; the next opening completes the change. */
  readonly requireOpen: () => void;
}

/** Changes of many rows: a transaction for each step, between which the event loop and other changes go on. */
export class LargeChanges {
  readonly #deps: LargeChangesDeps;

  constructor(deps: LargeChangesDeps) {
    this.#deps = deps;
  }

  /** @param staged called with the new job inside the transaction that makes it visible */
  async create(
    job: string,
    rows: NewJobRows,
    staged: (created: CreatedJob) => CreatedJob,
  ): Promise<CreatedJob> {
    await this.#step(() => rows.begin());
    try {
      for (const from of rows.steps) await this.#step(() => rows.writeFiles(from));
      return await this.#step(() => staged(rows.end()));
    } catch (error) {
      await this.#clear(job).catch(() => undefined);
      throw error;
    }
  }

  async remove(job: string): Promise<void> {
    await this.#step(() => this.#deps.tables.remove(job));
    await this.#clear(job);
  }

  /** Completes the end of a job: that of its files that were open, and the index of its results. */
  async endJob(job: Pick<JobRecord, "id" | "total" | "done">): Promise<void> {
    await this.#endFiles(job);
    if (job.total > STEP_FILES && job.done > 0) await this.#addReusable(job);
  }

  async #addReusable({ id, total }: Pick<JobRecord, "id" | "total">): Promise<void> {
    const { reusable } = this.#deps.tables;
    const results: Reusable[] = [];
    for (let from = 0; from < total; from += READ_FILES)
      results.push(...(await this.#step(() => reusable.some(id, from))));
    results.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (let from = 0; from < results.length; from += STEP_RESULTS)
      await this.#step(() => reusable.add(id, results.slice(from, from + STEP_RESULTS)));
  }

  /** Ends the files that were open when their job ended, and frees their names. */
  async #endFiles({ id, total }: Pick<JobRecord, "id" | "total">): Promise<void> {
    const { unfinished } = this.#deps.tables;
    const end = this.#deps.read.openEnd(id);
    if (end === undefined) return;
    await this.#step(() => unfinished.giveNamesBack(id));
    for (let from = 0; from < total; from += STEP_FILES)
      await this.#step(() => unfinished.endSome(id, { from, end }));
    await this.#step(() => unfinished.drop(id));
  }

  /** Notes the bytes that a job keeps, when its parts are gone. */
  async note(job: string, bytes: number): Promise<void> {
    const { kept } = this.#deps.tables;
    for (let more = true; more; ) more = await this.#step(() => kept.forgetSomeParts(job));
    await this.#step(() => kept.note(job, bytes));
  }

  async #clear(job: string): Promise<void> {
    const { unfinished } = this.#deps.tables;
    await this.#step(() => unfinished.giveNamesBack(job));
    for (let more = true; more; ) more = await this.#step(() => unfinished.deleteSome(job));
  }

  async #step<T>(work: () => T): Promise<T> {
    this.#deps.requireOpen();
    return await this.#deps.commit.submit(work);
  }
}
