import type { RecordOfJobs } from "../record/port.ts";
import type { ResultFile, ResultsFolder } from "./results.ts";

/** Puts results into the results folder. */
export type ResultWriter = Pick<ResultsFolder, "put" | "restore">;

/**
 * With `ON_EXISTING=replace` a later job may take a name over while the result of an earlier one is on its way. Under
 * each name the folder then gets what the record says is there, whichever result comes last.
 */
export function ownedResults(jobs: Pick<RecordOfJobs, "owner">, folder: ResultWriter): ResultWriter {
  /** Runs `put` if the result is still its name's own, then again for a result that became so meanwhile. */
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
