import { z } from "zod";
import { fileView, jobCounts, jobView } from "./jobs.ts";

/** Data of the events of `GET /jobs/<id>/events`, by their names. */
export const jobEventData = z.object({
  state: z
    .object({
      id: jobView.shape.id,
      job_id: jobView.shape.job_id,
      state: z.enum(["queued", "running"]).describe("the state that the job has now"),
      at: z.string().describe("since when: ISO 8601, UTC"),
    })
    .describe("the job is recorded, or begins to run"),
  file: fileView,
  progress: jobCounts,
  end: jobView,
});
