import type { JobState, JobView } from "../../shared/contract/jobs.ts";
import type { JobWebhook, WebhookType } from "../../shared/contract/webhook.ts";
import type { JobRecord } from "../record/job.ts";

/** The body of the webhook of a job that is over. */
export function webhookBody(job: JobRecord, view: (job: JobRecord) => JobView): string {
  const { callback: _, ...data } = view(job);
  const timestamp = new Date(job.endedAt ?? job.createdAt).toISOString();
  const body: JobWebhook = { type: typeOf(job.state), timestamp, data };
  return JSON.stringify(body);
}

function typeOf(state: JobState): WebhookType {
  if (state === "cancelled") return "job.cancelled";
  return state === "failed" ? "job.failed" : "job.done";
}
