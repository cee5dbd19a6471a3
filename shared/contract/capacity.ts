import { z } from "zod";
import type { Immutable } from "./immutable.ts";

const count = z.number().int().min(0);
const seconds = z.number().min(0);

const waiting = {
  waiting_files: count.describe("files of jobs that have not ended which no slave has begun"),
  oldest_waiting_seconds: seconds.describe(
    "seconds since the oldest job with such a file was recorded; 0 when no file waits",
  ),
};

/** `GET /capacity`, and the event `capacity` of `GET /events`. */
export const capacity = z.object({
  slots: count.describe("slots of slaves that get work"),
  busy: count.describe("those of them that have a unit"),
  free: count.describe("those of them that have none"),
  ...waiting,
  waiting_seconds: seconds
    .nullable()
    .describe(
      "estimate of the work that waits: the usual seconds of its files by task, divided by the slots for the task; null while " +
        "those seconds are not known, or without a slot",
    ),
  slaves: count.describe("slaves that get work"),
  tasks: z
    .record(
      z.string(),
      z.object({ slots: count.describe("slots of slaves that can do the task"), ...waiting }),
    )
    .describe("the same by task, for each task that a slave can do or that a file waits for"),
  problem: z
    .object({
      code: z
        .string()
        .describe("code of the problem: `database_unavailable`, `queue_unavailable`, or one of the bucket"),
      error: z.string().describe("what is wrong, for people"),
    })
    .exactOptional()
    .describe("why the master takes no new jobs now; accepted ones wait and go on by themselves"),
});
export type Capacity = Immutable<z.infer<typeof capacity>>;
