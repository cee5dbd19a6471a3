import type { ChangeHub } from "../../hub.ts";
import type { RecordedCallbacks } from "../callback.ts";
import type { JobRecord } from "../job.ts";
import type { CallbackTable } from "./callbackTable.ts";
import type { GroupCommit } from "./groupCommit.ts";
import type { RecordCache } from "./recordCache.ts";

export interface RecordedCallbacksDeps {
  readonly table: CallbackTable;
  readonly commit: Pick<GroupCommit, "submit">;
  readonly records: Pick<RecordCache, "current" | "stage">;
  readonly hub: Pick<ChangeHub, "jobChanged">;
  readonly retry: <T>(work: () => Promise<T>) => Promise<T>;
  /** Throws once the record is closed. */
  readonly requireOpen: () => void;
}

/** The callbacks as the port has them. */
export function recordedCallbacks(deps: RecordedCallbacksDeps): RecordedCallbacks {
  const { table, commit, hub, retry, requireOpen } = deps;
  return {
    unprepared: async () => {
      requireOpen();
      return table.unprepared();
    },
    prepare: async (job, body) => {
      requireOpen();
      await retry(() => commit.submit(() => table.prepare(job, body)));
    },
    next: async (except) => {
      requireOpen();
      return table.next(except);
    },
    note: async (job, tried) => {
      requireOpen();
      const noted = await retry(() =>
        commit.submit(() => {
          table.note(job, tried);
          return withCallback(deps, job);
        }),
      );
      if (noted !== undefined) hub.jobChanged(noted, []);
    },
  };
}

/** The job with its callback as it is now; undefined when it was removed. */
function withCallback({ table, records }: RecordedCallbacksDeps, job: string): JobRecord | undefined {
  const before = records.current(job);
  const callback = table.of(job);
  if (before === undefined) table.forget(job);
  if (before === undefined || callback === undefined) return undefined;
  const record = { ...before, callback };
  records.stage(record);
  return record;
}
