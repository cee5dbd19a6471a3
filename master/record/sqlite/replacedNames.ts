import { nameKey } from "../names.ts";
import type { Database, Statement } from "./database.ts";

/** A file whose name a later job took over. */
export interface ReplacedFile {
  readonly task: string;
  readonly job: string;
  readonly index: number;
  readonly name: string;
  /** Whether it ended without a result. */
  readonly hasNoResult: boolean;
}

/** Which job took a name over from which file or attachment (`ON_EXISTING=replace`). */
export class ReplacedNames {
  readonly #markFile: Statement;
  readonly #markAttachment: Statement;
  readonly #unmark: Statement;
  readonly #takenBy: Statement;
  readonly #state: Statement;

  constructor(db: Database) {
    this.#markFile = db.prepare("UPDATE files SET replaced_by = ? WHERE job = ? AND idx = ?");
    this.#markAttachment = db.prepare("UPDATE attachments SET replaced_by = ? WHERE job = ? AND name = ?");
    this.#unmark = db.prepare("UPDATE files SET replaced_by = NULL WHERE job = ? AND idx = ?");
    this.#takenBy = db.prepare(
      `SELECT jobs.task, files.job, files.idx, files.result_name, files.state FROM files
        JOIN jobs ON jobs.id = files.job WHERE files.replaced_by = ?`,
    );
    this.#state = db.prepare("SELECT state FROM files WHERE job = ? AND idx = ?");
  }

  mark(
    holder: { readonly job: string; readonly index?: number; readonly name: string },
    replacedBy: string,
  ): void {
    if (holder.index === undefined) this.#markAttachment.run(replacedBy, holder.job, holder.name);
    else this.#markFile.run(replacedBy, holder.job, holder.index);
  }

  takenBy(job: string): ReplacedFile[] {
    return this.#takenBy.all(job).map(({ task, job: from, idx, result_name: name, state }) => ({
      task: String(task),
      job: String(from),
      index: Number(idx),
      name: String(name),
      hasNoResult: state === "failed" || state === "cancelled",
    }));
  }

  isOpen(job: string, index: number): boolean {
    return this.#state.get(job, index)?.state === "queued";
  }

  /**
   * The last file before this job's that has a result under the name, or may get one; it no longer counts as
   * replaced. Undefined when there is none.
   */
  restore(job: string, name: string): ReplacedFile | undefined {
    const before = this.takenBy(job).find((file) => nameKey(file.name) === nameKey(name));
    if (before?.hasNoResult === true) return this.restore(before.job, name);
    if (before !== undefined) this.#unmark.run(before.job, before.index);
    return before;
  }
}
