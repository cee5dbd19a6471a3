import { jobWebhook, WEBHOOK_TYPES, type WebhookType } from "../../../shared/contract/webhook.ts";
import { JSON_TYPE } from "./operation.ts";
import { refTo } from "./schemas.ts";

const SUMMARIES: Readonly<Record<WebhookType, string>> = {
  "job.done": "A job has ended, and at least one of its files is done",
  "job.failed": "A job has ended, and none of its files is done",
  "job.cancelled": "A job was cancelled",
};

const HEADERS = {
  "webhook-id": "Id of the webhook: the same for each try.",
  "webhook-timestamp": "Seconds since 1970 of this try.",
  "webhook-signature":
    "`v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`, by the secret WEBHOOK_SECRET; several are separated by spaces.",
} as const;

/** Requests that the master sends to the `callback` of a job: https://www.standardwebhooks.com. */
export function webhooks(): Readonly<Record<string, object>> {
  return Object.fromEntries(WEBHOOK_TYPES.map((type) => [type, { post: requestOf(type) }]));
}

function requestOf(type: WebhookType): object {
  return {
    summary: SUMMARIES[type],
    tags: ["Jobs"],
    parameters: Object.entries(HEADERS).map(([name, description]) => ({
      name,
      in: "header",
      required: true,
      description,
      schema: { type: "string" },
    })),
    requestBody: { required: true, content: { [JSON_TYPE]: { schema: refTo(jobWebhook) } } },
    responses: {
      "2XX": { description: "The webhook has arrived." },
      410: { description: "The receiver is gone: the master does not try again." },
      default: { description: "The master tries again, for about a day." },
    },
  };
}
