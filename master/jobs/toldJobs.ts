import { isFinal } from "../../shared/contract/jobs.ts";
import type { ToldJob } from "../../shared/contract/told.ts";
import type { ChangeHub } from "../hub.ts";
import type { LiveProgress } from "../map/progress.ts";
import type { JobRecord } from "../record/job.ts";
import type { JobRunner } from "./runner.ts";

/** Most jobs that the others are told of, and files of them all: each word is a row that all masters read. */
const MOST_JOBS = 100;
const MOST_FILES = 500;

export interface ToldJobsDeps {
  readonly hub: Pick<ChangeHub, "watch">;
  readonly runner: Pick<JobRunner, "running" | "live">;
}

/** What the other masters are told of the jobs that run here, so that their views are those of this one. */
export class ToldJobs {
  readonly #runner: ToldJobsDeps["runner"];
  /** As they were recorded last. */
  readonly #records = new Map<string, JobRecord>();

  constructor({ hub, runner }: ToldJobsDeps) {
    this.#runner = runner;
    hub.watch("jobs", ({ job }) => {
      if (isFinal(job.state)) this.#records.delete(job.id);
      else this.#records.set(job.id, job);
    });
  }

  /** The jobs that began last, in the order of their beginnings. */
  now(): readonly ToldJob[] {
    const running = this.#runner.running;
    const here = new Set(running);
    // Other masters run them now.
    for (const id of this.#records.keys()) if (!here.has(id)) this.#records.delete(id);
    let left = MOST_FILES;
    return running.slice(-MOST_JOBS).flatMap((id) => {
      const live = this.#runner.live(id);
      if (live === undefined) return [];
      const files = shownFiles(live, left);
      left -= files.length;
      const record = this.#records.get(id);
      const outlook = record && live.outlook(record);
      return [{ id, running: live.running(), files, ...(outlook === undefined ? {} : { outlook }) }];
    });
  }
}

/** The progress of a job as its master told it. */
export function toldProgress({ running, files, outlook }: ToldJob): LiveProgress {
  const begins = new Map(files.map(({ index, since }) => [index, since]));
  return {
    running: () => running,
    isRunning: (index) => begins.has(index),
    // A result that is being placed is told as a file that runs.
    isPlacing: () => false,
    shownRunning: () => [...begins.keys()],
    startedAt: (index) => begins.get(index),
    outlook: () => outlook,
  };
}

function shownFiles(live: LiveProgress, most: number): ToldJob["files"] {
  return live
    .shownRunning()
    .slice(0, most)
    .map((index) => ({ index, since: live.startedAt(index) ?? Date.now() }));
}
