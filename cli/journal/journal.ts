import type { FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { coalesce } from "../../shared/async/coalesce.ts";
import { AppError } from "../../shared/errors.ts";
import { linesOf, openLines, replaceLines } from "./file.ts";
import { type FileStamp, FileTable } from "./fileTable.ts";
import { type BatchFile, type JournalLine, lineText } from "./lines.ts";
import { lockJournal } from "./lock.ts";
import type { JournalScope } from "./place.ts";

/** Files that were sent, or begin to be sent, under one key, until all have ended. */
export interface OpenBatch {
  readonly files: readonly BatchFile[];
  /** The job that the master made of them, with the index in `files` of each file of the job. */
  readonly job?: { readonly id: string; readonly files: readonly number[] };
}

/** Lines of one moment are written, and synced, at once. */
const FLUSH_MS = 100;
/** Lines beyond which a journal is written anew when more than half of its lines are of no use. */
const FEW_LINES = 2_000;

/**
 * The files whose results are there, and the batches that are under way, on disk: what was recorded is known after a
 * crash. Lines are only appended; the file is written anew when it is opened and most of its lines are of no use.
 */
export class Journal {
  readonly path: string;
  readonly #head: JournalLine;
  readonly #unlock: () => Promise<void>;
  readonly #done = new FileTable();
  readonly #batches = new Map<string, OpenBatch>();
  readonly #flush = coalesce(() => this.#write(), { pause: () => sleep(FLUSH_MS) });
  #file: FileHandle | undefined;
  #waiting: string[] = [];

  private constructor(path: string, { master, task }: JournalScope, unlock: () => Promise<void>) {
    this.path = path;
    this.#head = { journal: 1, master, task };
    this.#unlock = unlock;
  }

  /** @throws AppError `journal_in_use`, `cannot_save` */
  static async open(path: string, scope: JournalScope): Promise<Journal> {
    let unlock = async () => {};
    try {
      await (await openLines(path)).close();
      unlock = await lockJournal(path);
      const journal = new Journal(path, scope, unlock);
      await journal.#read();
      return journal;
    } catch (error) {
      await unlock();
      throw error instanceof AppError ? error : cannotKeep(path, error);
    }
  }

  /** What the journal knows of a file. `changed`: it was done; whether its content is still the same, a digest tells. */
  stateOf(path: string, { bytes, modified }: FileStamp): "done" | "changed" | "new" {
    const entry = this.#done.get(path);
    if (entry === undefined || entry.bytes !== bytes) return "new";
    return entry.modified === modified ? "done" : "changed";
  }

  /** Whether a file was done with this content. */
  wasDone(path: string, sha256: string): boolean {
    return this.#done.get(path)?.mark === sha256.slice(0, MARK);
  }

  /** Batches that another run of the command left, by their keys. */
  get batches(): ReadonlyMap<string, OpenBatch> {
    return this.#batches;
  }

  /** The result of a file is there. */
  async done(path: string, { bytes, modified }: FileStamp, sha256: string): Promise<void> {
    await this.#add({ done: path, bytes, modified, sha256 });
  }

  async begun(key: string, files: readonly BatchFile[]): Promise<void> {
    await this.#add({ begun: key, files: [...files] });
  }

  async sent(key: string, job: string, files: readonly number[]): Promise<void> {
    await this.#add({ sent: key, job, files: [...files] });
  }

  async ended(key: string): Promise<void> {
    await this.#add({ ended: key });
  }

  /** Waits until all is on disk. */
  async close(): Promise<void> {
    await this.#flush();
    await this.#file?.close();
    await this.#unlock();
  }

  async #read(): Promise<void> {
    let lines = 0;
    for await (const line of linesOf(this.path)) {
      this.#take(line);
      lines += 1;
    }
    const useful = this.#done.size + 2 * this.#batches.size + 1;
    if (lines === 0 || lines > FEW_LINES + 2 * useful) await replaceLines(this.path, this.#usefulLines());
    this.#file = await openLines(this.path);
  }

  #take(line: JournalLine): void {
    if ("done" in line) this.#done.set(line.done, { ...line, mark: line.sha256.slice(0, MARK) });
    else if ("begun" in line) this.#batches.set(line.begun, { files: line.files });
    else if ("ended" in line) this.#batches.delete(line.ended);
    else if ("sent" in line) {
      const { files = [] } = this.#batches.get(line.sent) ?? {};
      this.#batches.set(line.sent, { files, job: { id: line.job, files: line.files } });
    }
  }

  async #add(line: JournalLine): Promise<void> {
    this.#take(line);
    this.#waiting.push(lineText(line));
    await this.#flush();
  }

  async #write(): Promise<void> {
    const text = this.#waiting.join("");
    this.#waiting = [];
    try {
      await this.#file?.appendFile(text);
      await this.#file?.datasync();
    } catch (error) {
      throw cannotKeep(this.path, error);
    }
  }

  async *#usefulLines(): AsyncGenerator<JournalLine> {
    yield this.#head;
    const written = new FileTable();
    for await (const line of linesOf(this.path)) {
      if (!("done" in line) || this.stateOf(line.done, line) !== "done") continue;
      if (!this.wasDone(line.done, line.sha256) || written.get(line.done) !== undefined) continue;
      written.set(line.done, { ...line, mark: line.sha256.slice(0, MARK) });
      yield line;
    }
    for (const [begun, { files, job }] of this.#batches) {
      yield { begun, files: [...files] };
      if (job !== undefined) yield { sent: begun, job: job.id, files: [...job.files] };
    }
  }
}

/** Digits of a SHA-256 that the table keeps. */
const MARK = 32;

function cannotKeep(path: string, cause: unknown): AppError {
  const reason = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new AppError("cannot_save", `The journal ${path} cannot be kept${reason}.`, { cause });
}
