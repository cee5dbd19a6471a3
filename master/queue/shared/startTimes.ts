import type { ClientWeights } from "../clientTurns.ts";
import type { QueuedUnit } from "../port.ts";
import type { Bundle } from "./bundle.ts";
import type { OfferedBundle } from "./bundles.ts";

/** Steps of one turn, so that a job of priority 10 has its tenth of it. */
const TURN = 16;
/** Latest start time: BullMQ's priorities end there. Beyond it bundles go out in the order they were added. */
const LATEST = 2 ** 21 - 1;
/** Jobs whose times are kept; the ones without a bundle for the longest time go first. */
const MOST_JOBS = 1_000;

interface JobTimes {
  readonly client: string;
  readonly priority: number;
  /** Start time of its next bundle. */
  next: number;
}

/**
 * Virtual start times of bundles: clients take turns by weight, and the jobs of each client by priority. A job begins at
 * the time that its lane has reached, and each of its bundles moves it on by its share of the client's share. So
 * the first bundles of a small job do not wait behind those of a large one.
 */
export class StartTimes {
  readonly #weights: ClientWeights;
  /** By lane and job. */
  readonly #jobs = new Map<string, Map<string, JobTimes>>();

  constructor(weights: ClientWeights = new Map()) {
    this.#weights = weights;
  }

  /** @param now start time of the bundle of the lane that is taken next; undefined when none waits: all begin anew */
  offered(lane: string, bundles: readonly Bundle[], now: number | undefined): OfferedBundle[] {
    if (now === undefined) this.#jobs.delete(lane);
    const jobs = this.#jobs.get(lane) ?? new Map<string, JobTimes>();
    this.#jobs.set(lane, jobs);
    return bundles.flatMap((bundle) => {
      const [first] = bundle.units;
      return first === undefined ? [] : [{ ...bundle, startTime: this.#next(jobs, first, now ?? 1) }];
    });
  }

  #next(jobs: Map<string, JobTimes>, { job: id, client = "", priority }: QueuedUnit, now: number): number {
    const job = jobs.get(id) ?? { client, priority, next: now };
    const start = Math.max(job.next, now);
    job.next = start + TURN * this.#shareOf(job, jobs, now);
    jobs.delete(id);
    jobs.set(id, job);
    if (jobs.size > MOST_JOBS) for (const oldest of jobs.keys()) if (jobs.delete(oldest)) break;
    return Math.min(LATEST, Math.floor(start));
  }

  /** Turns that one bundle of a job costs: more for a client with several jobs that wait, less for one with a weight. */
  #shareOf(job: JobTimes, jobs: ReadonlyMap<string, JobTimes>, now: number): number {
    const { client, priority } = job;
    const weight = Math.max(0.01, this.#weights.get(client) ?? 1);
    let together = priority;
    for (const other of jobs.values())
      if (other !== job && other.client === client && other.next > now) together += other.priority;
    return Math.max(1, together / Math.max(0.01, priority)) / weight;
  }

  /** The job has no more bundles. */
  forget(id: string): void {
    for (const [lane, jobs] of this.#jobs) {
      jobs.delete(id);
      if (jobs.size === 0) this.#jobs.delete(lane);
    }
  }
}
