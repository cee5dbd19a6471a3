import type { z } from "zod";
import { bulkAnswer } from "../../../shared/contract/bulk.ts";
import { bulkRetryWish, bulkWish } from "../../../shared/contract/requests.ts";
import { JSON_TYPE, type Operation } from "./operation.ts";

const DONE = { 200: { description: "What was changed.", content: { [JSON_TYPE]: bulkAnswer } } } as const;
const ERRORS = { 400: ["bad_query", "bad_json"], 413: ["too_large"] } as const;

function bulk(summary: string, json: z.ZodType) {
  return {
    tag: "Jobs",
    summary,
    access: "client",
    body: { json, required: true },
    answers: DONE,
    errors: ERRORS,
  } as const;
}

/** Changes of all jobs that a search finds. */
export const BULK_OPERATIONS = {
  "POST /jobs/cancel": bulk("Cancels all jobs that match and have not ended", bulkWish),
  "POST /jobs/retry": {
    ...bulk(
      "Retries all jobs that match: a new job of the files of each that failed or were cancelled",
      bulkRetryWish,
    ),
    description: "A job that was retried by such a request with the same options is not retried again.",
  },
  "POST /jobs/delete": bulk(
    "Removes all jobs that match and have ended: results, records and bytes",
    bulkWish,
  ),
} as const satisfies Record<string, Operation>;
