import { isFinal } from "../../../shared/contract/jobs.ts";
import { AppError } from "../../../shared/errors.ts";
import type { Database, Statement } from "./database.ts";

/** Parts that one statement deletes. */
const STEP_PARTS = 400;

/** Bytes that jobs which are over keep in the store. */
export class KeptTable {
  readonly #unnoted: Statement;
  readonly #noted: Statement;
  readonly #sum: Statement;
  readonly #state: Statement;
  readonly #note: Statement;
  readonly #dropParts: Statement;

  constructor(db: Database) {
    this.#unnoted = db.prepare(
      `SELECT id FROM jobs WHERE ended_at IS NOT NULL AND kept_bytes IS NULL ORDER BY ended_at, id LIMIT ?`,
    );
    this.#noted = db.prepare(
      `SELECT id, kept_bytes FROM jobs WHERE ended_at < ? AND kept_bytes IS NOT NULL ORDER BY ended_at, id LIMIT ?`,
    );
    this.#sum = db.prepare("SELECT SUM(kept_bytes) AS bytes FROM jobs WHERE ended_at IS NOT NULL");
    this.#state = db.prepare("SELECT state FROM jobs WHERE id = ?");
    this.#note = db.prepare("UPDATE jobs SET kept_bytes = ? WHERE id = ?");
    this.#dropParts = db.prepare(
      `DELETE FROM parts WHERE job = ? AND (map, idx) IN (SELECT map, idx FROM parts WHERE job = ? LIMIT ${STEP_PARTS})`,
    );
  }

  unnoted(limit: number): string[] {
    return this.#unnoted.all(limit).map(({ id }) => String(id));
  }

  noted(endedBefore: number, limit: number): { readonly job: string; readonly bytes: number }[] {
    return this.#noted
      .all(endedBefore, limit)
      .map(({ id, kept_bytes: bytes }) => ({ job: String(id), bytes: Number(bytes) }));
  }

  bytes(): number {
    return Number(this.#sum.get()?.bytes ?? 0);
  }

  /** Runs inside a transaction. Whether there may be more of them. */
  forgetSomeParts(job: string): boolean {
    this.#requireOver(job);
    return this.#dropParts.run(job, job) === STEP_PARTS;
  }

  /** Runs inside a transaction. */
  note(job: string, bytes: number): void {
    this.#requireOver(job);
    this.#note.run(bytes, job);
  }

  #requireOver(job: string): void {
    const state = this.#state.get(job)?.state;
    if (state === undefined) throw new AppError("no_such_job", `There is no job ${job}.`, { status: 404 });
    if (!isFinal(state as Parameters<typeof isFinal>[0])) {
      throw new AppError("bad_transition", `Job ${job} is not over: it needs its parts.`, { status: 409 });
    }
  }
}
