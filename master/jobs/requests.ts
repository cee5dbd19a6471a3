import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { isCode } from "../../shared/codes.ts";
import type { RetryWish } from "../../shared/contract/requests.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { ClientKey, JobInput, RequestKey } from "../record/newJob.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ByteStore } from "../store/port.ts";
import type { FollowedJob } from "./followed.ts";
import type { JobSpec } from "./intake.ts";
import type { JobRunner } from "./runner.ts";
import type { Waiters } from "./waiters.ts";

export interface KeyedRequestsDeps {
  readonly jobs: Pick<RecordOfJobs, "requested" | "get" | "sync">;
  readonly store: Pick<ByteStore, "flushAll">;
  readonly runner: Pick<JobRunner, "follow">;
  readonly waiters: Pick<Waiters, "release">;
  /** How long a key is kept. */
  readonly idempotencySeconds: number;
}

/** A request with the key that its client gave it. */
export interface Keyed extends ClientKey, Pick<RequestKey, "digest"> {
  /** Whether the job must survive a power loss before the answer. */
  readonly durable: boolean;
}

export interface Taken {
  readonly job: FollowedJob;
  /** The key stood for this job already; the files of this request are not needed. */
  readonly repeated: boolean;
}

/**
 * Requests with a key of the client's (`Idempotency-Key`): the same key and the same request are the same job, also
 * while it runs and after a restart. A cancelled job does not hold its key, so that a client whose connection broke may
 * send its request again. The same key of another client is another key.
 */
export class KeyedRequests {
  readonly #deps: KeyedRequestsDeps;
  /** The last request of each key that is being handled: requests with one key are handled one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(deps: KeyedRequestsDeps) {
    this.#deps = deps;
  }

  /**
   * The job that the key stands for, else the one that `make` makes for it.
   * @throws RequestError `idempotency_mismatch` (422) when the key stands for another request
   */
  async takeIn(asked: Keyed, make: (request: RequestKey) => Promise<FollowedJob>): Promise<Taken> {
    const name = JSON.stringify([asked.client, asked.key]);
    const turn = (this.#turns.get(name) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#takeIn(asked, make));
    this.#turns.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }

  async #takeIn(asked: Keyed, make: (request: RequestKey) => Promise<FollowedJob>): Promise<Taken> {
    const known = await this.#jobOf(asked);
    if (known !== undefined) {
      if (asked.durable) await this.#keep(known);
      return { job: known, repeated: true };
    }
    const { key, digest } = asked;
    const expiresAt = Date.now() + this.#deps.idempotencySeconds * 1000;
    try {
      return { job: await make({ key, digest, expiresAt }), repeated: false };
    } catch (error) {
      // The same request came to another master at the same time.
      const other = isTaken(error) ? await this.#jobOf(asked) : undefined;
      if (other === undefined) throw error;
      return { job: other, repeated: true };
    }
  }

  /** Makes the job durable, as if it had been sent with `respond-async`. */
  async #keep(job: FollowedJob): Promise<void> {
    this.#deps.waiters.release(job.id);
    // Its files were stored as not durable.
    await this.#deps.store.flushAll();
    await this.#deps.jobs.sync();
  }

  async #jobOf(asked: Keyed): Promise<FollowedJob | undefined> {
    const { jobs, runner } = this.#deps;
    const holder = await jobs.requested(asked, Date.now());
    const job = holder && (await runner.follow(holder.job));
    if (job === undefined) return undefined;
    if (job.cancelling) await job.ended;
    if ((await jobs.get(job.id))?.state === "cancelled") return undefined;
    if (holder?.digest === asked.digest) return job;
    throw new RequestError("idempotency_mismatch", "This Idempotency-Key was used for another request.", {
      status: 422,
      details: { job_id: job.id, hint: "Use a new key for other files, another task or other options." },
    });
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof AppError && isCode(error.code, "job_exists");
}

/** Files whose digest is made without a pause. */
const FILES_A_TURN = 500;

/** Digest of task, options, and the names, order and contents of the files. */
export async function specDigest({
  name,
  task,
  options,
  budgets,
  priority,
  cache,
  callback,
  files,
}: JobSpec): Promise<string> {
  const hash = createHash("sha256").update(`[${JSON.stringify(task.name)},${JSON.stringify(options)},[`);
  for (let from = 0; from < files.length; from += FILES_A_TURN) {
    if (from > 0) await turn();
    const texts = files.slice(from, from + FILES_A_TURN).map(contentsOf);
    hash.update(`${from > 0 ? "," : ""}${texts.join(",")}`);
  }
  // What is not asked for is left out, so that keys of older versions keep their digests.
  const more = [
    ...(budgets === undefined ? [] : [budgets]),
    ...(priority === 1 ? [] : [{ priority }]),
    ...(name === undefined ? [] : [{ name }]),
    ...(callback === undefined ? [] : [{ callback: callback.url }]),
    ...(cache === undefined ? [] : [{ cache }]),
  ];
  return hash.update(`]${more.map((one) => `,${JSON.stringify(one)}`).join("")}]`).digest("hex");
}

function contentsOf({ filename, path, bytes, sha256 }: JobInput): string {
  return JSON.stringify([filename, bytes, sha256, ...(path === undefined ? [] : [path])]);
}

export function retryDigest(job: string, { options, files = "failed" }: Partial<RetryWish>): string {
  const wish = ["retry", job, options, ...(files === "failed" ? [] : [files])];
  return createHash("sha256").update(JSON.stringify(wish)).digest("hex");
}
