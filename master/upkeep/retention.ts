import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../shared/logger.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { JobRecord } from "../record/job.ts";
import { timeOfJobId } from "../record/jobId.ts";
import type { KeptBytes } from "../record/keptBytes.ts";
import { forgetJob, type PurgeDeps, purgeJob, removeGroup } from "./purge.ts";

export interface RetentionPolicy {
  /** Seconds for which a job is kept after its end, with its bytes in the store. */
  readonly jobSeconds: number;
  /** Most bytes that ended jobs may keep in the store together; beyond it the oldest are removed. */
  readonly bytes: number;
  /** Seconds after which a job is removed with its files in the results folder; undefined: those files stay. */
  readonly resultsSeconds: number | undefined;
  /** Most bytes of the timeline; it reaches no further back than jobs that ended are kept. */
  readonly timelineBytes: number;
  /** Seconds after its end in which a job is not removed for its size, because clients may be reading its results. */
  readonly graceSeconds: number;
}

export interface RetentionDeps extends PurgeDeps {
  readonly keptBytes: KeptBytes;
  readonly policy: RetentionPolicy;
  /** Whether this master sweeps for all that share the record; undefined: it is alone. */
  readonly isFirst?: (() => boolean) | undefined;
  readonly logger: Logger;
}

/** Most jobs that one sweep notes, and most that it removes; the next sweep continues. */
const NOTED_PER_SWEEP = 100;
const REMOVED_PER_SWEEP = 20;
const IDLE_SECONDS = 5;
const BUSY_SECONDS = 0.5;
/** Time between two looks at the size of the timeline. */
const TRIM_MS = 60_000;
/** An upload to another master takes less. */
const SHARED_UPLOAD_MS = 24 * 3_600_000;

/**
 * Removes ended jobs by age and by size, with their objects in the store. It works in the background in small
 * sweeps, and never removes a job that has not ended.
 */
export class Retention {
  readonly #deps: RetentionDeps;
  readonly #stop = new AbortController();
  /** Made before the master listens: an upload may already come in when the first sweep begins. */
  readonly #createdAt = Date.now();
  #running: Promise<void> = Promise.resolve();
  #trimmedAt = 0;

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

  /** Makes one sweep. True when there may be more to do at once. */
  async sweep(now = Date.now()): Promise<boolean> {
    if (this.#deps.isFirst?.() === false) {
      this.#deps.keptBytes.clear();
      return false;
    }
    const moreTimeline = await this.#trimTimeline(now);
    const unnoted = await this.#deps.jobs.kept.unnoted(NOTED_PER_SWEEP);
    for (const job of unnoted) await this.#note(job);
    // The entries that are left belong to jobs that were removed meanwhile.
    if (unnoted.length < NOTED_PER_SWEEP) this.#deps.keptBytes.clear();
    const removed = (await this.#byAge(now)) + (await this.#bySize(now));
    if (removed > 0) this.#deps.logger.info({ jobs: removed }, "old jobs were removed");
    return moreTimeline || unnoted.length === NOTED_PER_SWEEP || removed >= REMOVED_PER_SWEEP;
  }

  /**
   * Removes groups of the store that belong to no job: uploads that a kill cut off. Only groups that are older than
   * this process, because a younger group may be an upload that is not recorded yet; where other masters may have uploads
   * under way, only those of earlier days.
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

  /** True when there may be more to remove at once. */
  async #trimTimeline(now: number): Promise<boolean> {
    if (now - this.#trimmedAt < TRIM_MS && now >= this.#trimmedAt) return false;
    const { jobSeconds, timelineBytes: bytes } = this.#deps.policy;
    const more = await this.#deps.jobs.timeline.trim({ before: now - jobSeconds * 1000, bytes });
    if (!more) this.#trimmedAt = now;
    return more;
  }

  async #run(): Promise<void> {
    const { logger } = this.#deps;
    const others = this.#deps.isFirst === undefined ? 0 : SHARED_UPLOAD_MS;
    await this.removeOrphans(this.#createdAt - others).catch((error: unknown) =>
      logger.error({ err: error }, "unfinished uploads could not be removed: the next start tries again"),
    );
    while (!this.#stop.signal.aborted) {
      const more = await this.sweep().catch((error: unknown) => {
        if (!this.#stop.signal.aborted)
          logger.error({ err: error }, "a sweep of old jobs failed: it is tried again");
        return false;
      });
      const pause = (more ? BUSY_SECONDS : IDLE_SECONDS) * 1000;
      await sleep(pause, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
    }
  }

  /** Removes the objects that an ended job no longer needs, and notes the bytes of the others. */
  async #note(id: string): Promise<void> {
    const { jobs, store, keptBytes } = this.#deps;
    const record = await jobs.get(id);
    if (record === undefined) return;
    const known = keptBytes.get(id);
    keptBytes.delete(id);
    if (known !== undefined) return await jobs.kept.note(id, known);
    const { keys, bytes } = await this.#needed(record);
    // In most tasks each part is a result, so there are no other objects.
    if (hasPhases(record.task)) await removeGroup(store, id, keys);
    await jobs.kept.note(id, bytes);
  }

  /** Keys and bytes of the inputs, which a retry needs, and of the results. */
  async #needed({ id, attachments }: JobRecord) {
    const keys = new Set(attachments.map(({ key }) => key));
    let bytes = attachments.reduce((sum, attachment) => sum + attachment.bytes, 0);
    for await (const page of this.#deps.jobs.pages(id)) {
      for (const file of page) {
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

/** Whether a task stores parts that are not its results. */
function hasPhases(name: string): boolean {
  const task = TASKS.find((known) => known.name === name);
  return task === undefined || task.run !== undefined;
}
