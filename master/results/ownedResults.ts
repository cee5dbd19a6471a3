import type { RecordOfJobs } from "../record/port.ts";
import type { ResultFile, ResultsFolder } from "./results.ts";

/** Writes results into the results folder. */
export type ResultWriter = Pick<ResultsFolder, "put" | "restore">;

/**
 * With `ON_EXISTING=replace` a later job may take a name over while the result of an earlier job is being written. The
 * folder then ends with the result of the name's owner on record, whichever write is the last.
 */
export function ownedResults(jobs: Pick<RecordOfJobs, "owner">, folder: ResultWriter): ResultWriter {
  /** Runs `put` if the record still gives the name to this result, then writes a result that became the owner meanwhile. */
  const putOwner = async (result: ResultFile, put: () => Promise<void>): Promise<void> => {
    const { task, name } = result;
    if ((await jobs.owner(task, name))?.key !== result.key) return;
    await put();
    for (let last = result.key; ; ) {
      const owner = await jobs.owner(task, name);
      if (owner === undefined || owner.key === last) return;
      await folder.put({ task, name, key: owner.key, bytes: owner.bytes });
      last = owner.key;
    }
  };
  return {
    put: (result) => putOwner(result, () => folder.put(result)),
    restore: (result) => putOwner(result, () => folder.restore(result)),
  };
}
