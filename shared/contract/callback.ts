import { z } from "zod";
import type { Immutable } from "./immutable.ts";

export const CALLBACK_STATES = ["waiting", "pending", "delivered", "failed"] as const;
export type CallbackState = (typeof CALLBACK_STATES)[number];

/** Characters of a callback's URL. */
export const MAX_CALLBACK = 2_000;

/** Where the end of a job is told, and what came of it. */
export const jobCallback = z.object({
  url: z.string().describe("where the end of the job is told; `***` stands for its query"),
  state: z
    .enum(CALLBACK_STATES)
    .describe(
      "`waiting`: the job has not ended; `pending`: its end is told, at `next_at` again; `failed`: the master has given up",
    ),
  attempts: z.number().int().min(0).describe("tries so far"),
  last_status: z.number().int().exactOptional().describe("HTTP status of the last try"),
  last_error: z.string().exactOptional().describe("why the last try had no answer, for people"),
  next_at: z.string().exactOptional().describe("when the next try is due: ISO 8601, UTC"),
});
export type JobCallback = Immutable<z.infer<typeof jobCallback>>;
