import type { MasterConfig } from "../config.ts";
import type { RetentionPolicy } from "../upkeep/retention.ts";

/** Longer than any client takes to fetch the results that its answer named. */
const GRACE_SECONDS = 60;

/** What of jobs that are over is kept, as the operator set it. */
export function retentionPolicy(config: MasterConfig): RetentionPolicy {
  const { keepJobsSeconds, keepBytes, keepResultsSeconds, keepTimelineBytes } = config;
  return {
    timelineBytes: keepTimelineBytes,
    jobSeconds: keepJobsSeconds,
    bytes: keepBytes,
    resultsSeconds: keepResultsSeconds,
    graceSeconds: GRACE_SECONDS,
  };
}
