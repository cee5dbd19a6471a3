import type { ChangeHub } from "../hub.ts";
import type { JobEvent } from "./events.ts";
import type { JobRecord } from "./job.ts";
import type { PartWatchers } from "./partWatchers.ts";

export interface ChangeListeners {
  readonly hub: Pick<ChangeHub, "jobChanged">;
  readonly watchers: Pick<PartWatchers, "stored" | "failed">;
}

export interface ToldChange {
  readonly job: string;
  readonly events: readonly JobEvent[];
}

/**
 * Tells of a change that a driver records. Calls take effect in order: what a watcher applies in answer is in the transaction of
 * this change, or in a later one.
 */
export async function told(
  { hub, watchers }: ChangeListeners,
  { job, events }: ToldChange,
  recording: Promise<JobRecord>,
): Promise<JobRecord> {
  watchers.stored(job, events);
  try {
    const record = await recording;
    hub.jobChanged(record, events);
    return record;
  } catch (error) {
    watchers.failed(job, events, error);
    throw error;
  }
}
