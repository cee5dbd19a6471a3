import { z } from "zod";
import type { Immutable } from "./immutable.ts";
import { jobView } from "./jobs.ts";

/** Types of webhooks: what became of a job. */
export const WEBHOOK_TYPES = ["job.done", "job.failed", "job.cancelled"] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** Body that the master sends to the `callback` of a job when the job has ended. */
export const jobWebhook = z.object({
  type: z
    .enum(WEBHOOK_TYPES)
    .describe("`job.done`: at least one file is done; `job.failed`: none is; `job.cancelled`"),
  timestamp: z.string().describe("when the job ended: ISO 8601, UTC"),
  data: jobView.omit({ callback: true }).describe("the job, as `GET /jobs` shows it"),
});
export type JobWebhook = Immutable<z.infer<typeof jobWebhook>>;
