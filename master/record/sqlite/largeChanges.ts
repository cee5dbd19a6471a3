import type { JobRecord } from "../job.ts";
import type { CreatedJob } from "../newJob.ts";
import type { GroupCommit } from "./groupCommit.ts";
import type { JobReader } from "./jobReader.ts";
import type { JobTables } from "./jobTables.ts";
import type { NewJobRows } from "./newJobRows.ts";
import { STEP_FILES } from "./unfinishedJobs.ts";

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

  /** Ends the files that were open when their job ended, and frees their names. */
  async endFiles({ id, total }: Pick<JobRecord, "id" | "total">): Promise<void> {
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
