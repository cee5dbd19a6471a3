import type { RecordOfJobs } from "../record/port.ts";
import type { ObjectNames } from "../store/port.ts";
import type { ResultWriter } from "./resultWriter.ts";

export interface NamingDeps {
  readonly jobs: Pick<RecordOfJobs, "owner">;
  readonly names: ObjectNames;
  /** Runs a request again until the store answers. */
  readonly retryWhileFull: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Name of a result in the bucket. */
export function nameInBucket(task: string, name: string): string {
  return `${task}/${name}`;
}

/**
 * Gives results their names in the bucket, too, after the results folder. A later job may take a name over meanwhile:
 * the bucket ends with the result of the name's owner on record, whichever write is the last.
 */
export function namingWriter(inner: ResultWriter, deps: NamingDeps): ResultWriter {
  return {
    async put(result) {
      const name = await inner.put(result);
      await nameOwned(deps, result.task, name);
      return name;
    },
    async restore(result) {
      const name = await inner.restore(result);
      const { names, retryWhileFull } = deps;
      const there = nameInBucket(result.task, name);
      if (!(await retryWhileFull(() => names.has(there, result.key))))
        await nameOwned(deps, result.task, name);
      return name;
    },
  };
}

async function nameOwned({ jobs, names, retryWhileFull }: NamingDeps, task: string, name: string) {
  for (let last: string | undefined; ; ) {
    const owner = await jobs.owner(task, name);
    if (owner === undefined || owner.key === last) return;
    const { key } = owner;
    await retryWhileFull(() => names.put(nameInBucket(task, name), key));
    last = key;
  }
}
