import { z } from "zod";
import type { Immutable } from "./immutable.ts";

/** How fast jobs are, and why they are not faster. */

const count = z.number().int().min(0);
const seconds = z.number().min(0);

/** Why a job is not faster, or what it waits for. */
export const WHY_CODES = [
  "starting",
  "no_slaves",
  "no_able_slave",
  "slaves_rest",
  "disk_full",
  "waits_for_slots",
  "slots_busy",
  "late_file",
  "master_busy",
  "disk_slow",
  "finishing",
  "full_speed",
] as const;
export type WhyCode = (typeof WHY_CODES)[number];

export const jobWhy = z.object({
  code: z.enum(WHY_CODES).describe("for programs; stays the same"),
  text: z.string().describe("a sentence for people"),
});
export type JobWhy = Immutable<z.infer<typeof jobWhy>>;

/** Median and 95th percentile, from a histogram with steps of a fifth. */
export const percentiles = z.object({
  p50: seconds.describe("median, in seconds"),
  p95: seconds.describe("95th percentile, in seconds"),
});
export type Percentiles = Immutable<z.infer<typeof percentiles>>;

export const taskLatency = percentiles.extend({
  p50: seconds.describe("median of the seconds from the job's creation to the file's end"),
  p95: seconds.describe("95th percentile of them"),
  count: count.describe("files that ended"),
  wait: percentiles.describe("seconds from the job's creation until a slave began with the file"),
  run: percentiles.describe("seconds from there to its end"),
});
export type TaskLatency = Immutable<z.infer<typeof taskLatency>>;

/** Members of a job that runs. */
export const jobOutlook = z.object({
  files_per_second: z.number().min(0).describe("files that ended, per second of the last 30"),
  eta_seconds: seconds.exactOptional().describe("estimate of the seconds until the job ends"),
  why: jobWhy.describe("why the job is not faster, or what it waits for"),
});
export type JobOutlook = Immutable<z.infer<typeof jobOutlook>>;
