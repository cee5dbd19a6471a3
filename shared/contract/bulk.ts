import { z } from "zod";
import type { Immutable } from "./immutable.ts";

const jobId = z.string().describe("id of the job");

/** `POST /jobs/cancel`, `/jobs/retry` and `/jobs/delete`. */
export const bulkAnswer = z.object({
  total: z.number().int().min(0).describe("number of jobs that match"),
  changed: z.array(jobId).describe("ids of the jobs that were changed; of a retry: of the new jobs"),
  skipped: z
    .array(
      z.object({
        id: jobId,
        code: z.string().describe("why it was not changed, for programs"),
        error: z.string().describe("the same for people"),
      }),
    )
    .describe("jobs that match and were not changed"),
});
export type BulkAnswer = Immutable<z.infer<typeof bulkAnswer>>;
