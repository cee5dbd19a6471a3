import { createHash } from "node:crypto";
import { RequestError } from "../../shared/errors.ts";
import type { FollowedJob } from "./followed.ts";
import { type IntakeParts, type JobOrder, type OrderTerms, takeIn } from "./intake.ts";

export interface KeyedParts extends IntakeParts {
  /** How long a key is kept. */
  readonly idempotencySeconds: number;
}

export interface Taken {
  readonly job: FollowedJob;
  /** The key stood for this job already; the files of this request are of no use. */
  readonly repeated: boolean;
}

/**
 * Requests with a key of the client's (`Idempotency-Key`): the same key and the same order are the same
 * job, also while it runs and after a restart. A cancelled job does not hold its key: asking again is
 * how a client goes on whose connection broke.
 */
export class KeyedRequests {
  readonly #parts: KeyedParts;
  /** The last request of each key that is being looked at: requests of one key come one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(parts: KeyedParts) {
    this.#parts = parts;
  }

  /** @throws RequestError `idempotency_mismatch` (422) when the key stands for another order */
  async takeIn(key: string, order: JobOrder, terms: OrderTerms): Promise<Taken> {
    const turn = (this.#turns.get(key) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#takeIn(key, order, terms));
    this.#turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }

  async #takeIn(key: string, order: JobOrder, terms: OrderTerms): Promise<Taken> {
    const digest = orderDigest(order);
    const known = await this.#jobOf(key, digest);
    if (known !== undefined) {
      if (terms.durable) await this.#keep(known);
      return { job: known, repeated: true };
    }
    const expiresAt = Date.now() + this.#parts.idempotencySeconds * 1000;
    const job = await takeIn(this.#parts, order, { ...terms, request: { key, digest, expiresAt } });
    return { job, repeated: false };
  }

  /** The job was not asked for with `respond-async` perhaps; from now on it is. */
  async #keep(job: FollowedJob): Promise<void> {
    this.#parts.waiters.release(job.id);
    await this.#parts.sync();
    await this.#parts.jobs.sync();
  }

  async #jobOf(key: string, digest: string): Promise<FollowedJob | undefined> {
    const { jobs, runner } = this.#parts;
    const holder = await jobs.requested(key, Date.now());
    const job = holder && (await runner.follow(holder.job));
    if (job === undefined) return undefined;
    if (job.cancelling) await job.ended;
    if ((await jobs.get(job.id))?.state === "cancelled") return undefined;
    if (holder?.digest === digest) return job;
    throw new RequestError("idempotency_mismatch", "This Idempotency-Key was used for another request.", {
      status: 422,
      details: { job_id: job.id, hint: "Use a new key for other files, another task or other options." },
    });
  }
}

/** Of task, options and files: names, order and contents. */
function orderDigest({ task, options, budgets, files }: JobOrder): string {
  const contents = files.map((file) => [file.filename, file.bytes, file.sha256]);
  const parts = [task.name, options, contents, ...(budgets === undefined ? [] : [budgets])];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
