import type { Histogram } from "./histogram.ts";

/** Times are milliseconds since 1970, UTC. */

/** What became of the units of a span. `running`: the unit had not ended; a later span of the slot continues it. */
export type SpanState = "done" | "failed" | "returned" | "running";

/** A slot of a slave. */
export interface SlotName {
  readonly slaveId: string;
  readonly slave: string;
  readonly slot: number;
}

/** A time in which a slot worked on a unit, or on several short ones of one job. */
export interface WorkSpan extends SlotName {
  readonly task: string;
  readonly job: string;
  /** Index of the unit; undefined for several units. */
  readonly index?: number | undefined;
  readonly from: number;
  readonly to: number;
  /** Milliseconds of it for which the slot worked. */
  readonly busy: number;
  /** Number of units that ended in it. */
  readonly units: number;
  readonly state: SpanState;
}

/** Longest span: a unit that runs longer is recorded in pieces. */
export const LONGEST_SPAN_MS = 120_000;

/** A slave came, went or changed its state. */
export interface SlaveMoment {
  readonly at: number;
  readonly slaveId: string;
  readonly slave: string;
  readonly event: string;
  readonly reason?: string | undefined;
}

/** Work of a slot on one task in an interval. */
export interface SlotSum extends SlotName {
  readonly task: string;
  readonly busy: number;
  readonly units: number;
  readonly failed: number;
}

/** Run times of the units of a task that a slave ended in an interval. */
export interface SlaveRuns {
  readonly slaveId: string;
  readonly task: string;
  readonly run: Histogram;
}

/** Times of the files of a task that ended in an interval. */
export interface TaskTimes {
  /** From the creation of the job to the end of the file. */
  readonly total: Histogram;
  readonly wait: Histogram;
  readonly run: Histogram;
}

/** What happened in an interval, all slots and jobs together. */
export interface TimelineSums {
  /** Start of the interval. */
  readonly at: number;
  readonly slots: readonly SlotSum[];
  readonly runs: readonly SlaveRuns[];
  /** Files that ended. */
  readonly done: number;
  readonly failed: number;
  /** Most files that waited. */
  readonly waiting: number;
  readonly times: Readonly<Record<string, TaskTimes>>;
}

/** Lengths of the intervals that sums are kept for, in milliseconds; each divides the next one. */
export const RESOLUTIONS = [10_000, 60_000, 600_000, 7_200_000] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** What is recorded at a time. */
export interface TimelineChunk {
  /** When it was gathered; no span ends later. */
  readonly at: number;
  readonly spans: readonly WorkSpan[];
  readonly slaves: readonly SlaveMoment[];
  /** Of intervals of the finest resolution; added to what these have. */
  readonly sums: readonly TimelineSums[];
}

export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

export interface TimelineBound {
  /** What is older is removed. */
  readonly before: number;
  /** Most bytes; beyond it the oldest is removed. */
  readonly bytes: number;
}

/**
 * Who worked on what, and when. Laws, which `timeline.contract.ts` tests for every driver:
 * - `append` is one transaction; its sums are added to the intervals of every resolution;
 * - spans of a slot come back in the order in which they were appended;
 * - reading comes in pages, between which the event loop is free;
 * - spans and each resolution have an equal share of `bytes`, so that coarse ones reach further back.
 */
export interface RecordedTimeline {
  append(chunk: TimelineChunk): Promise<void>;
  /** Spans that touch the window. */
  spans(window: TimeWindow): AsyncIterable<readonly WorkSpan[]>;
  /** Intervals that touch the window, in order; those in which nothing happened are left out. */
  sums(resolution: Resolution, window: TimeWindow): AsyncIterable<readonly TimelineSums[]>;
  slaves(window: TimeWindow): AsyncIterable<readonly SlaveMoment[]>;
  /** Time from which on there are spans, or sums of a resolution; undefined when there are none. */
  reach(of: "spans" | Resolution): Promise<number | undefined>;
  /** Removes a part of what is too old or too much. Resolves with whether there may be more of it. */
  trim(bound: TimelineBound): Promise<boolean>;
}
