import { performance } from "node:perf_hooks";
import type { JobOutlook } from "../../shared/contract/outlook.ts";
import { allowanceOf } from "../../shared/tasks/allowed.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { tasksOf } from "../classic/kind.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { Slave } from "../fleet/slave.ts";
import type { JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { DiskSpace } from "../upkeep/diskSpace.ts";
import type { RunningJob } from "./runningJob.ts";
import { type JobSituation, whyOf } from "./why.ts";

export interface OutlookDeps {
  readonly registry: Pick<SlaveRegistry, "all" | "alive">;
  readonly dispatcher: Pick<Dispatcher, "longest">;
  readonly disk: Pick<DiskSpace, "isFull">;
  readonly jobs: Pick<RecordOfJobs, "commitSeconds">;
  /** Slaves of other masters that are alive, and share the files of this one's jobs. */
  readonly elsewhere?: (() => readonly SlaveElsewhere[]) | undefined;
}

interface SlaveElsewhere {
  readonly tasks: readonly string[];
  readonly slots: number;
  readonly busy: number;
}

/** Work of a job that is left, and how fast it went so far. */
export interface WorkAhead {
  readonly left: number;
  readonly running: number;
  /** Files that ended in this run of the job, in so many seconds. */
  readonly ended: number;
  readonly ranSeconds: number;
  /** Files a second of late. */
  readonly rate: number;
}

/**
 * Seconds until the job ends, by its rate of late, in which its share of the slots is; by that of the whole run where
 * files take longer than the rate looks back. Undefined while there is nothing to tell it from.
 */
export function etaOf({ left, running, ended, ranSeconds, rate }: WorkAhead): number | undefined {
  if (left === 0) return 0;
  if (rate === 0 && (running === 0 || ended === 0)) return undefined;
  const usual = rate > 0 ? rate : ended / Math.max(1, ranSeconds);
  return Math.round((left / usual) * 10) / 10;
}

/** Time between two measurements of the load. */
const LOAD_MS = 2_000;

/** How fast jobs are, when they will end, and why they are not faster: from what the master knows at this moment. */
export class Outlooks {
  readonly #deps: OutlookDeps;
  #last = performance.eventLoopUtilization();
  #load = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(deps: OutlookDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#measure(), LOAD_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @param others jobs that run beside it, with files at slaves */
  of(job: RunningJob, record: JobRecord, others: number): JobOutlook {
    const now = Date.now();
    const rate = job.rate.perSecond(now);
    const left = job.left.files;
    const units = this.#units(job, record);
    // A slave does not tell of the start of a short unit.
    const running = Math.min(left, Math.max(job.progress.running(), units.longest === undefined ? 0 : 1));
    const ended = job.rate.total;
    const eta = etaOf({ left, running, ended, ranSeconds: (now - job.rate.begin) / 1_000, rate });
    const situation = { ...this.#fleet(record), ...units, left, running, others };
    return {
      files_per_second: Math.round(rate * 1_000) / 1_000,
      ...(eta === undefined ? {} : { eta_seconds: eta }),
      why: whyOf({ ...situation, etaSeconds: eta }),
    };
  }

  #fleet({ task, options }: JobRecord) {
    const { registry, disk, jobs } = this.#deps;
    const definition = taskNamed(task);
    const step = definition.neededStep?.(options);
    const isAble = (slave: Slave) =>
      tasksOf(slave).includes(task) && (step === undefined || slave.steps[task]?.[step] !== undefined);
    const alive = registry.all().filter(({ state }) => state === "alive");
    const able = alive.filter(isAble);
    const ready = registry.alive().filter(isAble);
    const elsewhere = this.#deps.elsewhere?.() ?? [];
    const helping = elsewhere.filter(({ tasks }) => tasks.includes(task));
    const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
    return {
      allowance: allowanceOf(definition, step),
      alive: alive.length + elsewhere.length,
      able: able.length + helping.length,
      ready: ready.length + helping.length,
      slots: sumOf([...ready, ...helping].map(({ slots }) => slots)),
      busy: sumOf([
        ...ready.map(({ slots, work }) => work.busyOf(slots)),
        ...helping.map(({ busy }) => busy),
      ]),
      isDiskFull: disk.isFull,
      masterLoad: this.#load,
      commitSeconds: jobs.commitSeconds,
    };
  }

  #units(
    job: RunningJob,
    { task, done, failed, work }: JobRecord,
  ): Pick<JobSituation, "task" | "ended" | "longest" | "usualSeconds"> {
    const longest = this.#deps.dispatcher.longest(job.id);
    const usualSeconds = work === undefined || work.files === 0 ? undefined : work.seconds / work.files;
    return { task, ended: done + failed, longest, usualSeconds };
  }

  #measure(): void {
    const now = performance.eventLoopUtilization();
    this.#load = performance.eventLoopUtilization(now, this.#last).utilization;
    this.#last = now;
  }
}
