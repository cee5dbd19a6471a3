import type { RecordOfJobs } from "./port.ts";

/**
 * The same record, with `apply` run by `retry`: an event of an accepted job waits for disk space instead of
 * failing. `create` is not retried: the client of a new job hears that there is no space.
 */
export function withRetriedApply(
  record: RecordOfJobs,
  retry: <T>(work: () => Promise<T>) => Promise<T>,
): RecordOfJobs {
  return {
    create: (job, options) => record.create(job, options),
    apply: (job, events) => retry(() => record.apply(job, events)),
    get: (job) => record.get(job),
    list: (filter) => record.list(filter),
    counts: () => record.counts(),
    files: (job, from, limit) => record.files(job, from, limit),
    parts: (job, map) => record.parts(job, map),
    owner: (task, resultName) => record.owner(task, resultName),
    requested: (asked, now) => record.requested(asked, now),
    remove: (job) => record.remove(job),
    sync: () => record.sync(),
    kept: record.kept,
    close: () => record.close(),
  };
}
