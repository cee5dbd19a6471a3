import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../shared/logger.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import { timeOfJobId } from "../jobs/jobId.ts";
import type { KeptBytes } from "../jobs/keptBytes.ts";
import type { JobRecord } from "../record/job.ts";
import { forgetJob, type PurgeDeps, purgeJob, removeGroup } from "./purge.ts";

export interface RetentionPolicy {
  /** Seconds after its end that a job is kept, with its bytes in the store. */
  readonly jobSeconds: number;
  /** Most bytes that jobs which are over keep in the store, together; the oldest go first. */
  readonly bytes: number;
  /** Seconds after which a job goes together with its files in the results folder; undefined: those stay. */
  readonly resultsSeconds: number | undefined;
  /** Seconds after its end in which a job is not sent off for its size: somebody may be reading its results. */
  readonly graceSeconds: number;
}

export interface RetentionDeps extends PurgeDeps {
  readonly keptBytes: KeptBytes;
  readonly policy: RetentionPolicy;
  readonly logger: Logger;
}

/** Jobs that one sweep looks at, and jobs that it removes: the rest is for the next one. */
const NOTED_PER_SWEEP = 100;
const REMOVED_PER_SWEEP = 20;
const IDLE_SECONDS = 5;
const BUSY_SECONDS = 0.5;
/** Files of a job that are read at a time. */
const PAGE = 1_000;

/**
 * Sends jobs off that are over, by age and by size, and with them what they have in the store. It works in the
 * background, a little at a time, and never touches a job that is not over.
 */
export class Retention {
  readonly #deps: RetentionDeps;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** One sweep. True: there may be more to do at once. */
  async sweep(now = Date.now()): Promise<boolean> {
    const unnoted = await this.#deps.jobs.kept.unnoted(NOTED_PER_SWEEP);
    for (const job of unnoted) await this.#note(job);
    // What is left are jobs that were removed meanwhile.
    if (unnoted.length < NOTED_PER_SWEEP) this.#deps.keptBytes.clear();
    const removed = (await this.#byAge(now)) + (await this.#bySize(now));
    if (removed > 0) this.#deps.logger.info({ jobs: removed }, "expired jobs were removed");
    return unnoted.length === NOTED_PER_SWEEP || removed >= REMOVED_PER_SWEEP;
  }

  /**
   * Removes what belongs to no job: uploads that a kill cut off. Only groups from before this process: a
   * later one may be an upload that is not recorded yet.
   */
  async removeOrphans(startedAt: number): Promise<number> {
    const { jobs, store } = this.#deps;
    let removed = 0;
    for await (const group of store.groups()) {
      if (this.#stop.signal.aborted) break;
      const madeAt = timeOfJobId(group);
      const isOld = madeAt !== undefined && madeAt < startedAt && Date.now() >= startedAt;
      if (!isOld || (await jobs.get(group)) !== undefined) continue;
      await removeGroup(store, group);
      removed += 1;
    }
    if (removed > 0) this.#deps.logger.info({ uploads: removed }, "unfinished uploads were removed");
    return removed;
  }

  async #run(): Promise<void> {
    const { logger } = this.#deps;
    const startedAt = Date.now();
    await this.removeOrphans(startedAt).catch((error: unknown) =>
      logger.error({ err: error }, "unfinished uploads could not be removed"),
    );
    while (!this.#stop.signal.aborted) {
      const more = await this.sweep().catch((error: unknown) => {
        if (!this.#stop.signal.aborted) logger.error({ err: error }, "a sweep of old jobs failed");
        return false;
      });
      const pause = (more ? BUSY_SECONDS : IDLE_SECONDS) * 1000;
      await sleep(pause, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
    }
  }

  /** Clears a job that is over of what it no longer needs, and notes what is left of it. */
  async #note(id: string): Promise<void> {
    const { jobs, store, keptBytes } = this.#deps;
    const record = await jobs.get(id);
    if (record === undefined) return;
    const known = keptBytes.get(id);
    keptBytes.delete(id);
    if (known !== undefined) return await jobs.kept.note(id, known);
    const { keys, bytes } = await this.#needed(record);
    // Where a part is a result, as in most tasks, there is nothing else to look for.
    if (hasPhases(record.task)) await removeGroup(store, id, keys);
    await jobs.kept.note(id, bytes);
  }

  /** Inputs, for another try, and results. */
  async #needed({ id, total, attachments }: JobRecord) {
    const keys = new Set(attachments.map(({ key }) => key));
    let bytes = attachments.reduce((sum, attachment) => sum + attachment.bytes, 0);
    for (let from = 0; from < total; from += PAGE) {
      for (const file of await this.#deps.jobs.files(id, from, PAGE)) {
        keys.add(file.key);
        bytes += file.bytes + (file.resultBytes ?? 0);
        if (file.resultKey !== undefined) keys.add(file.resultKey);
      }
    }
    return { keys, bytes };
  }

  async #byAge(now: number): Promise<number> {
    const { jobSeconds, resultsSeconds = jobSeconds } = this.#deps.policy;
    const seconds = Math.min(jobSeconds, resultsSeconds);
    const old = await this.#deps.jobs.kept.noted(now - seconds * 1000, REMOVED_PER_SWEEP);
    for (const { job } of old) await this.#remove(job);
    return old.length;
  }

  async #bySize(now: number): Promise<number> {
    const { policy, jobs } = this.#deps;
    let excess = (await jobs.kept.bytes()) - policy.bytes;
    if (excess <= 0) return 0;
    let removed = 0;
    for (const { job, bytes } of await jobs.kept.noted(now - policy.graceSeconds * 1000, REMOVED_PER_SWEEP)) {
      if (excess <= 0) break;
      await this.#remove(job);
      excess -= bytes;
      removed += 1;
    }
    return removed;
  }

  async #remove(id: string): Promise<void> {
    const record = await this.#deps.jobs.get(id);
    if (record === undefined) return;
    if (this.#deps.policy.resultsSeconds === undefined) await forgetJob(this.#deps, id);
    else await purgeJob(this.#deps, record);
  }
}

/** Its parts are not its results, or it stores what its later phases need. */
function hasPhases(name: string): boolean {
  const task = TASKS.find((known) => known.name === name);
  return task === undefined || task.run !== undefined;
}
