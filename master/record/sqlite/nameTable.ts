import { holderFrom, type NameHolder } from "../nameHolder.ts";
import {
  attachmentName,
  type NameOwner,
  nameKey,
  numberedName,
  numberStep,
  plainName,
  unnumberedName,
} from "../names.ts";
import type { NewFile, NewJob } from "../newJob.ts";
import type { TakenName } from "../port.ts";
import type { Database, Statement } from "./database.ts";
import { ReplacedNames } from "./replacedNames.ts";

interface NumberRange {
  readonly below: number;
  readonly limit: number;
}

/** The file that asks for a name, its task, and whether it may take the name from another job. */
interface Claim extends NameOwner {
  readonly task: string;
  readonly replace: boolean;
}

/**
 * Names of results, each given once per task. Of results with one plain name the first has it, and later ones have
 * rising numbers, found by an index. All methods run inside a transaction.
 */
export class NameTable {
  readonly #replaced: ReplacedNames;
  readonly #insert: Statement;
  readonly #delete: Statement;
  readonly #select: Statement;
  readonly #last: Statement;
  readonly #numbered: Statement;
  readonly #hand: Statement;
  readonly #freeFile: Statement;
  readonly #freeOpenFiles: Statement;

  constructor(db: Database) {
    this.#replaced = new ReplacedNames(db);
    this.#insert = db.prepare(
      `INSERT INTO names (task, name_key, name, job, idx, plain_key, number) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING`,
    );
    this.#delete = db.prepare("DELETE FROM names WHERE task = ? AND name_key = ?");
    this.#select = db.prepare("SELECT name, job, idx, number FROM names WHERE task = ? AND name_key = ?");
    this.#last = db.prepare(
      "SELECT number FROM names WHERE task = ? AND plain_key = ? ORDER BY number DESC LIMIT 1",
    );
    this.#numbered = db.prepare(
      `SELECT name, job, idx, number FROM names WHERE task = ? AND plain_key = ? AND number < ?
        ORDER BY number DESC LIMIT ?`,
    );
    this.#hand = db.prepare("UPDATE names SET name = ?, job = ?, idx = ? WHERE task = ? AND name_key = ?");
    this.#freeFile = db.prepare("DELETE FROM names WHERE job = ? AND idx = ?");
    this.#freeOpenFiles = db.prepare(
      `DELETE FROM names WHERE job = ? AND idx IN (
        SELECT idx FROM files WHERE job = ? AND idx >= ? AND idx < ? AND state = 'queued'
      )`,
    );
  }

  /** Reserves the names of a new job's files, one by one in their order. */
  forFilesOf({ id: job, task }: Pick<NewJob, "id" | "task">, replace: boolean): (file: NewFile) => string {
    return ({ filename, resultName, index }) =>
      this.#reserve(plainName(filename, resultName), { job, index, task, replace });
  }

  reserveAttachment(claim: Omit<Claim, "index">, wanted: string): string {
    return this.#reserve(attachmentName(wanted), claim);
  }

  /**
   * Reserves the next number of a name for its holder, which gives the name up. Undefined when the name has another
   * holder. The steps grow with `tries`.
   */
  next({ task, name, job, index, tries }: TakenName): string | undefined {
    const holder = this.holder(task, name);
    if (holder?.job !== job || holder.index !== index) return undefined;
    const { number = 1 } = holder;
    const plain = number === 1 ? holder.name : unnumberedName(holder.name, number);
    const last = this.#lastNumber(task, nameKey(plain)) ?? number;
    this.#delete.run(task, nameKey(name));
    const claim = { job, task, ...(index === undefined ? {} : { index }) };
    return this.#reserveNumber(plain, claim, { last, tries });
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
    return row === undefined ? undefined : holderFrom(row);
  }

  /** Holders of the numbers of a plain name below a number; the greatest number comes first. */
  numbered(task: string, plain: string, { below, limit }: NumberRange): NameHolder[] {
    return this.#numbered.all(task, nameKey(plain), below, limit).map(holderFrom);
  }

  /** Once a name has numbers, later results have greater ones, also when the plain name is free again. */
  #reserve(plain: string, claim: Claim): string {
    const key = nameKey(plain);
    const last = this.#lastNumber(claim.task, key);
    if ((last === undefined || claim.replace) && this.#claimPlain(plain, key, claim)) return plain;
    return this.#reserveNumber(plain, claim, { last: last ?? 1, tries: 0 });
  }

  #claimPlain(name: string, key: string, { task, job, index, replace }: Claim): boolean {
    const idx = index ?? null;
    if (this.#insert.run(task, key, name, job, idx, null, null) === 1) return true;
    const holder = replace ? this.holder(task, name) : undefined;
    // A name with a number is another file's.
    if (holder === undefined || holder.job === job || holder.number !== undefined) return false;
    this.#replaced.mark(holder, job);
    return this.#hand.run(name, job, idx, task, key) === 1;
  }

  #reserveNumber(
    plain: string,
    { task, job, index }: Omit<Claim, "replace">,
    { last, tries }: { readonly last: number; readonly tries: number },
  ): string {
    const key = nameKey(plain);
    for (let number = last, tried = tries; ; tried += 1) {
      number += numberStep(tried);
      const name = numberedName(plain, number);
      if (this.#insert.run(task, nameKey(name), name, job, index ?? null, key, number) === 1) return name;
    }
  }

  #lastNumber(task: string, plainKey: string): number | undefined {
    const row = this.#last.get(task, plainKey);
    return row === undefined ? undefined : Number(row.number);
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
