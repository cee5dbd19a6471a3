import type { BusyWebhooks, CallbackTarget, DueWebhook, JobCallbackRecord, WebhookTry } from "../callback.ts";
import { callbackFrom } from "../rows.ts";
import type { Database, Statement } from "./database.ts";

/** Callbacks of jobs and the webhooks that tell their ends. All methods that change something run inside a transaction. */
export class CallbackTable {
  readonly #insert: Statement;
  readonly #due: Statement;
  readonly #prepare: Statement;
  readonly #note: Statement;
  readonly #forget: Statement;
  readonly #next: Statement;
  readonly #unprepared: Statement;
  readonly #select: Statement;

  constructor(db: Database) {
    this.#insert = db.prepare(
      "INSERT INTO callbacks (job, url, origin, from_loopback, state, attempts) VALUES (?, ?, ?, ?, 'waiting', 0)",
    );
    this.#due = db.prepare("UPDATE callbacks SET state = 'pending', next_at = ? WHERE job = ?");
    this.#prepare = db.prepare("UPDATE callbacks SET body = ? WHERE job = ? AND state = 'pending'");
    this.#note = db.prepare(
      "UPDATE callbacks SET attempts = attempts + 1, state = ?, next_at = ?, last = ? WHERE job = ?",
    );
    this.#forget = db.prepare("DELETE FROM callbacks WHERE job = ? AND (next_at IS NULL OR body IS NULL)");
    this.#next = db.prepare(
      `SELECT * FROM callbacks WHERE next_at IS NOT NULL AND body IS NOT NULL
        AND job NOT IN (SELECT value FROM json_each(?)) AND origin NOT IN (SELECT value FROM json_each(?))
        ORDER BY next_at, job LIMIT 1`,
    );
    this.#unprepared = db.prepare("SELECT job FROM callbacks WHERE next_at IS NOT NULL AND body IS NULL");
    this.#select = db.prepare("SELECT * FROM callbacks WHERE job = ?");
  }

  add(job: string, { url, fromLoopback }: CallbackTarget): void {
    this.#insert.run(job, url, new URL(url).origin, fromLoopback ? 1 : 0);
  }

  /** The job has ended: its webhook is to be sent. */
  becomeDue(job: string, at: number): void {
    this.#due.run(at, job);
  }

  prepare(job: string, body: string): void {
    this.#prepare.run(body, job);
  }

  note(job: string, { state, lastStatus, lastError, nextAt }: WebhookTry): void {
    this.#note.run(state, nextAt ?? null, JSON.stringify({ lastStatus, lastError }), job);
  }

  /** Forgets the callback of a job that is gone, unless its webhook is still to be sent. */
  forget(job: string): void {
    this.#forget.run(job);
  }

  of(job: string): JobCallbackRecord | undefined {
    const row = this.#select.get(job);
    return row && callbackFrom(row);
  }

  next({ jobs, origins }: BusyWebhooks): DueWebhook | undefined {
    const row = this.#next.get(JSON.stringify(jobs), JSON.stringify(origins));
    if (row === undefined) return undefined;
    const { url, fromLoopback, attempts } = callbackFrom(row);
    const { job, body, next_at } = row;
    return { job: String(job), body: String(body), nextAt: Number(next_at), url, fromLoopback, attempts };
  }

  unprepared(): string[] {
    return this.#unprepared.all().map(({ job }) => String(job));
  }
}
