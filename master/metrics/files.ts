import { Counter, Histogram, type Registry } from "prom-client";
import type { ChangeHub } from "../hub.ts";
import type { JobEvent } from "../record/events.ts";
import type { JobRecord } from "../record/job.ts";

/** Seconds: from short texts on idle slots to scans that wait a day. */
const FILE_BUCKETS = [0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3_600, 21_600, 86_400];

/** Counts jobs and files as they end, from the changes that the record commits in groups. */
export function watchJobs(registers: Registry[], hub: Pick<ChangeHub, "watch">): void {
  const files = new Counter({
    name: "manyhands_files_ended_total",
    help: "Files that ended, by task and outcome: done, failed, cancelled.",
    labelNames: ["task", "outcome"],
    registers,
  });
  const ended = new Counter({
    name: "manyhands_jobs_ended_total",
    help: "Jobs that ended, by task and final state.",
    labelNames: ["task", "state"],
    registers,
  });
  const seconds = new Counter({
    name: "manyhands_file_seconds_total",
    help: "Seconds that slaves' children worked on files that ended, by task.",
    labelNames: ["task"],
    registers,
  });
  const countSaved = savedWork(registers);
  const observeTimes = fileTimes(registers);
  const countFiles = fileCounter((task, outcome, count) => files.inc({ task, outcome }, count));
  hub.watch("jobs", ({ job, events }) => {
    for (const event of events) {
      countFiles(job, event);
      if (isFileEnd(event)) {
        observeTimes(job, event);
        seconds.inc({ task: job.task }, event.seconds ?? 0);
        countSaved(job, event);
      }
      if (isEnd(event)) ended.inc({ task: job.task, state: job.state });
    }
  });
}

type FileEnd = Extract<JobEvent, { type: "file_done" | "file_failed" }>;

function isFileEnd(event: JobEvent): event is FileEnd {
  return event.type === "file_done" || event.type === "file_failed";
}

/** Files whose result was on record; they are among the files that ended. */
function savedWork(registers: Registry[]) {
  const files = new Counter({
    name: "manyhands_files_cached_total",
    help: "Files that were done at once because their result was on record, by task.",
    labelNames: ["task"],
    registers,
  });
  const seconds = new Counter({
    name: "manyhands_cached_seconds_total",
    help: "Seconds that slaves' children worked on these results when they were made, by task.",
    labelNames: ["task"],
    registers,
  });
  return ({ task }: JobRecord, event: FileEnd): void => {
    if (event.type !== "file_done" || event.savedSeconds === undefined) return;
    files.inc({ task });
    seconds.inc({ task }, event.savedSeconds);
  };
}

/** Waiting and running times of files that a slave began. */
function fileTimes(registers: Registry[]) {
  const wait = new Histogram({
    name: "manyhands_file_wait_seconds",
    help: "Seconds from the creation of a job until a slave began with a file of it, by task.",
    labelNames: ["task"],
    buckets: FILE_BUCKETS,
    registers,
  });
  const run = new Histogram({
    name: "manyhands_file_run_seconds",
    help: "Seconds from there to the end of the file, by task and outcome: done, failed.",
    labelNames: ["task", "outcome"],
    buckets: FILE_BUCKETS,
    registers,
  });
  return ({ task, createdAt }: JobRecord, { type, at, startedAt }: FileEnd): void => {
    if (startedAt === undefined) return;
    wait.observe({ task }, secondsBetween(createdAt, startedAt));
    run.observe({ task, outcome: type === "file_done" ? "done" : "failed" }, secondsBetween(startedAt, at));
  };
}

/** 0 when the clock was set back. */
function secondsBetween(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}

function isEnd({ type }: JobEvent): boolean {
  return type === "ended" || type === "cancelled" || type === "failed";
}

/** The end of a job also ends its open files. Their number is that of all files less those that ended before. */
function fileCounter(count: (task: string, outcome: string, count: number) => void) {
  const failed = new Map<string, number>();
  return (job: JobRecord, event: JobEvent): void => {
    if (event.type === "file_done") count(job.task, "done", 1);
    if (event.type === "file_failed") {
      failed.set(job.id, (failed.get(job.id) ?? 0) + 1);
      count(job.task, "failed", 1);
    }
    if (!isEnd(event)) return;
    if (job.cancelled > 0) count(job.task, "cancelled", job.cancelled);
    if (event.type === "failed") count(job.task, "failed", job.failed - (failed.get(job.id) ?? 0));
    failed.delete(job.id);
  };
}
