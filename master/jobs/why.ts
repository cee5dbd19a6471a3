import type { JobWhy, WhyCode } from "../../shared/contract/outlook.ts";
import type { LongestRun } from "../dispatch/longest.ts";

/** What is known of a job that runs, and of the slaves that can do it. */
export interface JobSituation {
  readonly task: string;
  /** What the owner of a slave must set before it does the task, such as `ALLOW_FUNCTIONS=sandbox`. */
  readonly allowance?: string | undefined;
  /** Files that have not ended, and those of them that slaves work on. */
  readonly left: number;
  readonly running: number;
  /** Files that have ended. */
  readonly ended: number;
  readonly etaSeconds: number | undefined;
  /** Slaves that answer; those that can do the task; those of them that may be given work now. */
  readonly alive: number;
  readonly able: number;
  readonly ready: number;
  /** Slots of the slaves that can do the task, and those of them that have a unit. */
  readonly slots: number;
  readonly busy: number;
  /** Other jobs that slaves work on. */
  readonly others: number;
  /** The unit of the job that has run for the longest time. */
  readonly longest: LongestRun | undefined;
  /** Seconds that a file of the job takes on average; undefined before the first one has ended. */
  readonly usualSeconds: number | undefined;
  /** The disk of the master is full: results wait for space. */
  readonly isDiskFull: boolean;
  /** Share of the last seconds in which the master's process was busy, 0 to 1. */
  readonly masterLoad: number;
  /** Mean seconds of a change of the record until it was committed, of late. */
  readonly commitSeconds: number;
}

/** A master whose event loop is busy for this share passes on no more files, also with free slots. */
const BUSY_LOAD = 0.9;
/** From this mean time of a commit on, files wait for the disk: it is a few milliseconds on a disk that keeps up. */
const SLOW_COMMIT_SECONDS = 0.25;
/** A file is told of as late from this time on, and from this multiple of the usual time. */
const LATE_SECONDS = 5;
const LATE_FACTOR = 2;

type Reason = (situation: JobSituation) => string | undefined;

/** The first reason that holds counts: what stops a job comes before what slows it down. */
const REASONS: readonly (readonly [WhyCode, Reason])[] = [
  ["disk_full", diskFull],
  ["finishing", finishing],
  ["no_slaves", noSlaves],
  ["no_able_slave", noAbleSlave],
  ["slaves_rest", slavesRest],
  ["waits_for_slots", waitsForSlots],
  ["late_file", lateFile],
  ["master_busy", masterBusy],
  ["disk_slow", diskSlow],
  ["slots_busy", slotsBusy],
  ["starting", starting],
];

/** Why the job is not faster, or what it waits for. */
export function whyOf(situation: JobSituation): JobWhy {
  for (const [code, reason] of REASONS) {
    const text = reason(situation);
    if (text !== undefined) return { code, text };
  }
  return { code: "full_speed", text: "The job runs as fast as it can: no file waits for a slot." };
}

function diskFull({ isDiskFull }: JobSituation): string | undefined {
  return isDiskFull ? "The master's disk is full: results wait until space is freed on it." : undefined;
}

function finishing({ left }: JobSituation): string | undefined {
  return left === 0 ? "All files have ended: the job is being completed." : undefined;
}

function noSlaves({ alive }: JobSituation): string | undefined {
  return alive === 0 ? "No slave is alive: the files wait until one registers." : undefined;
}

function noAbleSlave({ alive, able, task, allowance }: JobSituation): string | undefined {
  if (able > 0) return undefined;
  if (allowance !== undefined)
    return `No slave may do this job of the task ${task}: start one with ${allowance}. ${many(alive, "slave is", "slaves are")} alive without it.`;
  return `No slave can do the task ${task}: ${many(alive, "slave is", "slaves are")} alive, but without this task or with another version of it.`;
}

function slavesRest({ ready, able }: JobSituation): string | undefined {
  if (ready > 0) return undefined;
  return `The ${many(able, "slave", "slaves")} that can do it get no new work for some seconds, after trouble or because they are full.`;
}

function waitsForSlots({ running, left, others, slots, busy }: JobSituation): string | undefined {
  if (running > 0 || left === 0 || others === 0 || busy < slots) return undefined;
  return `The job waits for a free slot: ${many(others, "other job has", "other jobs have")} all ${slots} now.`;
}

function lateFile({ left, running, longest, usualSeconds }: JobSituation): string | undefined {
  if (longest === undefined || left > running) return undefined;
  if (longest.seconds < Math.max(LATE_SECONDS, LATE_FACTOR * (usualSeconds ?? 0))) return undefined;
  const { filename, slave, seconds, copyAt } = longest;
  const copy = copyAt === undefined ? "" : `; ${copyAt} works on a second copy, and the first answer counts`;
  return `The job waits for its last ${many(left, "file", "files")}: ${filename} has run for ${duration(seconds)} on ${slave}${copy}.`;
}

function masterBusy({ masterLoad, left, running }: JobSituation): string | undefined {
  if (masterLoad < BUSY_LOAD || left <= running) return undefined;
  return `The master is the bottleneck: its process was busy for ${Math.round(masterLoad * 100)} % of the last seconds.`;
}

function diskSlow({ commitSeconds, left }: JobSituation): string | undefined {
  if (commitSeconds < SLOW_COMMIT_SECONDS || left === 0) return undefined;
  return `The master's disk is slow: each change of the record takes ${Math.round(commitSeconds * 1_000)} ms. Put DATA_DIR on a faster disk, or relieve this one.`;
}

function slotsBusy({ left, running, slots, busy, ready, etaSeconds }: JobSituation): string | undefined {
  if (left <= running || busy < slots || slots === 0) return undefined;
  const more = Math.max(1, Math.round(slots / ready));
  const gain =
    etaSeconds === undefined || etaSeconds < 1
      ? ""
      : ` Another slave with ${many(more, "slot", "slots")} would shorten the rest from about ${duration(etaSeconds)} to about ${duration((etaSeconds * slots) / (slots + more))}.`;
  return `All ${many(slots, "slot is", "slots are")} busy, and ${many(left - running, "file waits", "files wait")}.${gain}`;
}

function starting({ ended, running }: JobSituation): string | undefined {
  return ended === 0 && running === 0 ? "The job starts: its first files go to the slaves." : undefined;
}

/** `1 file`, `3 files`. */
function many(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
