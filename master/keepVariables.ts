import { as } from "../shared/env.ts";

/** Variables of the master for what it keeps of jobs that are over, and for how long. */
export const KEEP_VARIABLES = {
  keepJobsSeconds: {
    name: "KEEP_JOBS_SECONDS",
    schema: as.seconds,
    fallback: "604800",
    meaning:
      "Time after its end for which a job is kept, with its inputs and results in the spool. Then the master forgets it.",
  },
  keepBytes: {
    name: "KEEP_BYTES",
    schema: as.bytes,
    fallback: "50GB",
    meaning: "Most bytes that ended jobs keep in the spool. The master forgets the oldest first.",
  },
  keepUploadsSeconds: {
    name: "KEEP_UPLOADS_SECONDS",
    schema: as.seconds,
    fallback: "86400",
    meaning:
      "Time after its last bytes for which a resumable upload (`/uploads`) is kept that no job has. Then the master removes it.",
  },
  resultCache: {
    name: "RESULT_CACHE",
    schema: as.oneOf(["use", "off"] as const),
    fallback: "use",
    meaning:
      "What jobs do that do not say so themselves (`cache`). use: a file whose result is on record, for the same bytes, task, options and versions, is done at once; with JOBS=own only by results of the same client. off: each file is done, and its result serves no later job.",
  },
  keepTimelineBytes: {
    name: "KEEP_TIMELINE_BYTES",
    schema: as.bytes,
    fallback: "200MB",
    meaning:
      "Most bytes of the timeline in the record: some days of single spans of a busy fleet, and sums of all the time for which jobs are kept.",
  },
  keepResultsSeconds: {
    name: "KEEP_RESULTS_SECONDS",
    schema: as.seconds.optional(),
    fallback: undefined,
    meaning:
      "Time after the end of its job for which a result stays in RESULTS_DIR. The job is then forgotten, too.",
    unset: "for good",
  },
} as const;
