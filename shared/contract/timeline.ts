import { z } from "zod";
import type { Immutable } from "./immutable.ts";
import { percentiles, taskLatency } from "./outlook.ts";

/** Messages of `GET /timeline`: which slot worked on what, and when. Times are milliseconds since 1970, UTC. */

const time = z.number().int().min(0).describe("milliseconds since 1970, UTC");
const count = z.number().int().min(0);

/** Widest drawing that a client may ask for, in pixels. */
const MAX_WIDTH = 10_000;

const range = z.object({
  from: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("start of the window, in milliseconds since 1970; an hour before `to` unless given"),
  to: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("end of the window, in milliseconds since 1970; now unless given"),
  job: z.string().max(64).optional().describe("only spans of this job"),
  slave: z.string().max(200).optional().describe("only slots of this slave: its id or its name"),
});

/** `GET /timeline.csv`. */
export const profileQuery = range;

/** `GET /slaves/<id>/speed`. */
export const slaveSpeedQuery = range.pick({ from: true, to: true });

/** `GET /timeline`. */
export const timelineQuery = range.extend({
  width: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_WIDTH)
    .default(1_000)
    .describe("width of the drawing in pixels: a slot has at most so many spans"),
});

/** `running`: the unit had not ended when the span was recorded; a later span of the slot may continue it. */
export const SPAN_STATES = ["done", "failed", "returned", "running"] as const;

export const timelineSpan = z.object({
  from: time,
  to: time,
  task: z.string().describe("name of the task; of several tasks the one that took most of the time"),
  state: z
    .enum(SPAN_STATES)
    .describe(
      "`failed`: a unit of it failed; `returned`: the slave gave it back or was lost; `running`: it has not ended",
    ),
  job: z.string().exactOptional().describe("id of the job; not there when the span is of several"),
  index: count
    .exactOptional()
    .describe(
      "index of the unit's file, or that of the unit in its map where it has several files or none of the job; not there when the span is of several",
    ),
  files: count.describe("units that ended in the span: more than 1 when it joins short ones"),
  busy_seconds: z.number().min(0).describe("seconds of the span for which the slot worked"),
});
export type TimelineSpan = Immutable<z.infer<typeof timelineSpan>>;

/** `GET /timeline`. */
export const timeline = z.object({
  from: time,
  to: time,
  step: count.describe("resolution of the spans, in milliseconds"),
  lanes: z
    .array(
      z.object({
        slave: z.string().describe("name of the slave"),
        slave_id: z.string().describe("id of the slave"),
        slot: count.describe("number of the slot, from 0"),
        spans: z
          .array(timelineSpan)
          .describe("what the slot worked on, in order; spans of a slot do not overlap"),
      }),
    )
    .describe("the slots that worked in the window, by slave and slot"),
  throughput: z
    .array(
      z.object({
        at: time.describe("start of the interval: milliseconds since 1970, UTC"),
        seconds: z.number().min(0).describe("length of the interval"),
        done: z.number().min(0).describe("files a second that were done"),
        failed: z.number().min(0).describe("files a second that failed"),
        waiting: count.describe("most files that waited for a slave"),
      }),
    )
    .describe("files of all jobs over time; an interval in which nothing happened is left out"),
  latency: z
    .record(z.string(), taskLatency)
    .describe("wait and run of the files that ended in the window, by task"),
  slaves: z
    .array(
      z.object({
        at: time,
        slave: z.string().describe("name of the slave"),
        slave_id: z.string().describe("id of the slave"),
        event: z.string().describe("the state that the slave got: `alive`, `draining`, `lost`, `gone`"),
        reason: z.string().exactOptional().describe("why, for people"),
      }),
    )
    .describe("slaves that came and went, in order"),
});
export type Timeline = Immutable<z.infer<typeof timeline>>;

/** `GET /slaves/<id>/speed`. */
export const slaveSpeed = z.object({
  from: time,
  to: time,
  tasks: z
    .array(
      z.object({
        task: z.string().describe("name of the task"),
        files: count.describe("units that ended at the slave"),
        failed: count.describe("those of them that failed"),
        busy_seconds: z.number().min(0).describe("seconds for which its slots worked on the task, together"),
        files_per_second: z.number().min(0).describe("units a second of one slot that works on the task"),
        run: percentiles.exactOptional().describe("seconds that a unit took; not there while unknown"),
      }),
    )
    .describe("the tasks that the slave worked on, most units first"),
});
export type SlaveSpeed = Immutable<z.infer<typeof slaveSpeed>>;
