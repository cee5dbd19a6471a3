import type { JobCallback } from "../../shared/contract/callback.ts";
import type { JobRecord } from "../record/job.ts";

/** The callback of a job. What stands in the query of its URL may be a secret. */
export function callbackView({ callback }: Pick<JobRecord, "callback">): { readonly callback?: JobCallback } {
  if (callback === undefined) return {};
  const { url, state, attempts, lastStatus, lastError, nextAt } = callback;
  return {
    callback: {
      url: url.replace(/\?.+$/s, "?***"),
      state,
      attempts,
      ...(lastStatus === undefined ? {} : { last_status: lastStatus }),
      ...(lastError === undefined ? {} : { last_error: lastError }),
      ...(nextAt === undefined ? {} : { next_at: new Date(nextAt).toISOString() }),
    },
  };
}
