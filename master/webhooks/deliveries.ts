import { setTimeout as sleep } from "node:timers/promises";
import { coalesce } from "../../shared/async/coalesce.ts";
import { LONGEST_TIMER_MS } from "../../shared/async/timer.ts";
import { isFinal, type JobView } from "../../shared/contract/jobs.ts";
import { AppError } from "../../shared/errors.ts";
import { connectionReason } from "../../shared/http/connectionFault.ts";
import type { Logger } from "../../shared/logger.ts";
import type { ChangeHub } from "../hub.ts";
import type { DueWebhook, WebhookTry } from "../record/callback.ts";
import type { JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { webhookBody } from "./body.ts";
import { signedHeaders } from "./keys.ts";
import { afterTry, type TryEnd } from "./schedule.ts";
import type { SendWebhook } from "./send.ts";

/** Tries at the same time, and those of them to one origin: a receiver that does not answer must not hold up the others. */
const AT_ONCE = 16;
const AT_ONCE_TO_ORIGIN = 4;
/** Time between two looks for webhooks of masters that are gone. */
const LEFT_MS = 10_000;
/** Pause after an error of the record. */
const RECORD_PAUSE_MS = 10_000;

/** What became of tries: `retried` ones have another one to come; a receiver that is `gone` has answered 410. */
export type WebhookOutcome = "delivered" | "retried" | "gone" | "failed";

export interface WebhookDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "callbacks" | "masters">;
  readonly hub: Pick<ChangeHub, "watch">;
  /** Keys that sign; without one nothing is sent. */
  readonly keys: readonly Buffer[];
  readonly view: (job: JobRecord) => JobView;
  readonly send: SendWebhook;
  /** Name and version of this program. */
  readonly agent: string;
  readonly logger: Logger;
}

/**
 * Tells the ends of jobs to their callbacks. The record holds what is to be sent, so that a kill costs at most a second
 * try under the same id. Jobs never wait for it.
 */
export class WebhookDeliveries {
  readonly counts: Record<WebhookOutcome, number> = { delivered: 0, retried: 0, gone: 0, failed: 0 };
  readonly #deps: WebhookDeps;
  /** Tries that are under way, by job. */
  readonly #running = new Map<string, { readonly origin: string; readonly ended: Promise<void> }>();
  readonly #stop = new AbortController();
  readonly #look = coalesce(() => this.#begin());
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: WebhookDeps) {
    this.#deps = deps;
    deps.hub.watch("jobs", ({ job, events }) => {
      if (job.callback !== undefined && events.length > 0 && isFinal(job.state)) void this.#prepare(job);
    });
  }

  /** Takes up what the last master left, and again and again what others leave with which it shares the record. */
  async start(): Promise<void> {
    const { jobs, keys, logger } = this.#deps;
    await this.#prepareLeft();
    if (jobs.masters !== undefined) void this.#watchOthers();
    if (keys.length > 0) return void this.#wake();
    const waits = (await jobs.callbacks.next({ jobs: [], origins: [] })) !== undefined;
    if (waits) logger.warn("webhooks wait for WEBHOOK_SECRET: set it to send them");
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #prepareLeft(): Promise<void> {
    const { jobs } = this.#deps;
    for (const id of await jobs.callbacks.unprepared()) {
      const job = await jobs.get(id);
      if (job !== undefined) await this.#prepare(job);
    }
  }

  async #watchOthers(): Promise<void> {
    const { signal } = this.#stop;
    const options = { signal, ref: false };
    while (await sleep(LEFT_MS, true, options).catch(() => false)) {
      // While the database is away the next look finds them.
      await this.#prepareLeft().catch(() => undefined);
      this.#wake();
    }
  }

  async #prepare(job: JobRecord): Promise<void> {
    try {
      await this.#deps.jobs.callbacks.prepare(job.id, webhookBody(job, this.#deps.view));
      this.#wake();
    } catch (error) {
      this.#deps.logger.error(
        { err: error, job: job.id },
        "a webhook could not be recorded: the next start of the master sends it",
      );
    }
  }

  #wake(): void {
    if (this.#stop.signal.aborted || this.#deps.keys.length === 0) return;
    this.#look().catch((error: unknown) => {
      if (this.#stop.signal.aborted) return;
      this.#deps.logger.error(
        { err: error },
        "the record does not tell which webhooks are due: it is asked again",
      );
      this.#wakeIn(RECORD_PAUSE_MS);
    });
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake(), Math.min(ms, LONGEST_TIMER_MS)).unref();
  }

  /** Begins the tries that are due and for which there is room. The end of a try looks again. */
  async #begin(): Promise<void> {
    while (this.#running.size < AT_ONCE && !this.#stop.signal.aborted) {
      const next = await this.#deps.jobs.callbacks.next(this.#busy());
      if (next === undefined) return;
      const wait = next.nextAt - Date.now();
      if (wait > 0) return this.#wakeIn(wait);
      const ended = this.#try(next).then(() => {
        this.#running.delete(next.job);
        this.#wake();
      });
      this.#running.set(next.job, { origin: new URL(next.url).origin, ended });
    }
  }

  #busy() {
    const origins = new Map<string, number>();
    for (const { origin } of this.#running.values()) origins.set(origin, (origins.get(origin) ?? 0) + 1);
    const full = [...origins].filter(([, tries]) => tries >= AT_ONCE_TO_ORIGIN);
    return { jobs: [...this.#running.keys()], origins: full.map(([origin]) => origin) };
  }

  /** Never rejects. */
  async #try(webhook: DueWebhook): Promise<void> {
    const { signal } = this.#stop;
    const end = await this.#sent(webhook);
    // The try that the stop ended is made again by the next start.
    if (signal.aborted && "error" in end) return;
    const { attempts, job } = webhook;
    const tried = afterTry(end, { attempts, now: Date.now(), random: Math.random() });
    this.#count(webhook, tried);
    await this.#deps.jobs.callbacks.note(job, tried).catch(async (error: unknown) => {
      if (signal.aborted) return;
      this.#deps.logger.error(
        { err: error, job },
        "a try of a webhook could not be recorded: it is made again",
      );
      await sleep(RECORD_PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    });
  }

  async #sent({ job, body, ...target }: DueWebhook): Promise<TryEnd> {
    const { keys, agent, send } = this.#deps;
    const message = { id: `msg_${job}`, timestamp: Math.floor(Date.now() / 1000), body };
    const headers = {
      ...signedHeaders(keys, message),
      "content-type": "application/json",
      "user-agent": agent,
    };
    try {
      return await send(target, { headers, body }, this.#stop.signal);
    } catch (error) {
      return { error: reasonOf(error) };
    }
  }

  #count({ job, url, attempts }: DueWebhook, { state, lastStatus, lastError }: WebhookTry): void {
    const unsuccessful = state === "failed" ? (lastStatus === 410 ? "gone" : "failed") : "retried";
    this.counts[state === "delivered" ? "delivered" : unsuccessful] += 1;
    if (state !== "failed") return;
    const why = lastError ?? `status ${lastStatus}`;
    // Path and query may hold secrets.
    const told = { job, origin: new URL(url).origin, tries: attempts + 1 };
    this.#deps.logger.warn(told, `a webhook could not be delivered and is given up: ${why}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  if (error instanceof Error && /^(?:Timeout|Abort)Error$/.test(error.name)) return "no answer in time";
  return connectionReason(error);
}
