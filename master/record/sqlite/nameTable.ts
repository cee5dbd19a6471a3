import { attachmentName, inputName, type NameOwner, nameKey } from "../names.ts";
import type { NewFile, NewJob } from "../newJob.ts";
import type { Database, Statement } from "./database.ts";
import { ReplacedNames } from "./replacedNames.ts";

export interface NameHolder {
  readonly name: string;
  readonly job: string;
  /** Undefined for an attachment. */
  readonly index?: number;
}

/** The file that asks for a name, its task, and whether it may take the name from another job. */
interface Claim extends NameOwner {
  readonly task: string;
  readonly replace: boolean;
}

/** Whether a name that the record does not hold is taken, for example by a file of an older record. */
export type IsTaken = (task: string, name: string) => boolean;

/** Names of results, each given once per task. All methods run inside a transaction. */
export class NameTable {
  readonly #isTaken: IsTaken;
  readonly #replaced: ReplacedNames;
  readonly #insert: Statement;
  readonly #delete: Statement;
  readonly #select: Statement;
  readonly #hand: Statement;
  readonly #freeFile: Statement;
  readonly #freeOpenFiles: Statement;

  constructor(db: Database, isTaken: IsTaken) {
    this.#isTaken = isTaken;
    this.#replaced = new ReplacedNames(db);
    this.#insert = db.prepare(
      "INSERT INTO names (task, name_key, name, job, idx) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#delete = db.prepare("DELETE FROM names WHERE task = ? AND name_key = ?");
    this.#select = db.prepare("SELECT name, job, idx FROM names WHERE task = ? AND name_key = ?");
    this.#hand = db.prepare("UPDATE names SET name = ?, job = ?, idx = ? WHERE task = ? AND name_key = ?");
    this.#freeFile = db.prepare("DELETE FROM names WHERE job = ? AND idx = ?");
    this.#freeOpenFiles = db.prepare(
      `DELETE FROM names WHERE job = ? AND idx IN (
        SELECT idx FROM files WHERE job = ? AND idx >= ? AND idx < ? AND state = 'queued'
      )`,
    );
  }

  /** Reserves the names of a new job's files, one by one in their order; again those of a step that was rolled back. */
  forFilesOf(job: Pick<NewJob, "id" | "task">, replace: boolean): (file: NewFile) => string {
    const firstOf = new Map<string, number>();
    return ({ filename, resultName, index }) => {
      const wish = inputName(filename, resultName);
      const owner = { job: job.id, index };
      const key = nameKey(wish(0, owner));
      const first = firstOf.get(key) ?? index;
      const twin = first !== index;
      firstOf.set(key, first);
      const claim = { ...owner, task: job.task, replace: replace && !twin };
      return this.#reserve(wish, claim, twin ? 2 : 0);
    };
  }

  reserveAttachment(claim: Omit<Claim, "index">, wanted: string): string {
    return this.#reserve(attachmentName(wanted), claim, 0);
  }

  /** Gives up the name of a file that failed. */
  freeFile(job: string, index: number): void {
    this.#giveBack(job, (holder) => holder.index === index);
    this.#freeFile.run(job, index);
  }

  /** Gives the names that files of a job took over and that have not ended back to those that had them. */
  giveBackOpenFiles(job: string): void {
    this.#giveBack(job, ({ index }) => index !== undefined && this.#replaced.isOpen(job, index));
  }

  /** Gives up the names of those of these files of a job that have not ended. */
  freeOpenFiles(job: string, { from, to }: { readonly from: number; readonly to: number }): void {
    this.#freeOpenFiles.run(job, job, from, to);
  }

  holder(task: string, name: string): NameHolder | undefined {
    const row = this.#select.get(task, nameKey(name));
    if (row === undefined) return undefined;
    const index = row.idx === null ? {} : { index: Number(row.idx) };
    return { name: String(row.name), job: String(row.job), ...index };
  }

  #reserve(wish: (attempt: number, owner: NameOwner) => string, claim: Claim, from: number): string {
    for (let attempt = from; ; attempt += 1) {
      const name = wish(attempt, claim);
      if (this.#claim(name, claim)) return name;
    }
  }

  #claim(name: string, claim: Claim): boolean {
    const { task, job, index = null } = claim;
    const key = nameKey(name);
    if (this.#insert.run(task, key, name, job, index) === 1) {
      // A name with the id of the job can only be its own, even if a file of an older record stands under it.
      if (claim.replace || name.includes(job) || !this.#isTaken(task, name)) return true;
      this.#delete.run(task, key);
      return false;
    }
    const holder = claim.replace ? this.holder(task, name) : undefined;
    if (holder === undefined || holder.job === job) return false;
    this.#replaced.mark(holder, job);
    return this.#hand.run(name, job, index, task, key) === 1;
  }

  /** Returns names that this job took from files of earlier jobs and gives up without a result. */
  #giveBack(job: string, isFreed: (holder: NameHolder) => boolean): void {
    for (const { task, name } of this.#replaced.takenBy(job)) {
      const holder = this.holder(task, name);
      if (holder?.job !== job || !isFreed(holder)) continue;
      const heir = this.#replaced.restore(job, name);
      if (heir !== undefined) this.#hand.run(heir.name, heir.job, heir.index, task, nameKey(name));
    }
  }
}
