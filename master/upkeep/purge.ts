import { setImmediate as turn } from "node:timers/promises";
import { eachAtMost } from "../../shared/async/eachAtMost.ts";
import { AppError } from "../../shared/errors.ts";
import type { JobRecord } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { nameInBucket } from "../results/namingWriter.ts";
import type { ResultFile, ResultsFolder } from "../results/results.ts";
import type { ByteStore } from "../store/port.ts";

/** Keys that are taken apart without a pause: some 10 ms. */
const KEYS_AT_ONCE = 4_000;
/** Requests to the bucket at the same time. */
const NAMES_AT_ONCE = 16;

export interface PurgeDeps {
  readonly jobs: RecordOfJobs;
  readonly store: ByteStore;
  readonly results: ResultsFolder;
}

/**
 * Removes all of a job that has ended: its results in the results folder, its record with the names, its bytes in
 * the store. In this order, so that after a kill in between the same call can complete the removal.
 */
export async function purgeJob(deps: PurgeDeps, job: JobRecord): Promise<void> {
  await removeResults(deps, job);
  await forgetJob(deps, job.id);
}

/** Removes a job that has ended, and leaves its results in the results folder. */
export async function forgetJob({ jobs, store }: PurgeDeps, id: string): Promise<void> {
  await jobs.remove(id).catch(unlessRemoved);
  await removeGroup(store, id);
}

async function removeResults(deps: PurgeDeps, { id, task, attachments }: JobRecord): Promise<void> {
  for await (const page of deps.jobs.pages(id)) {
    const placed: ResultFile[] = [];
    for (const { state, replacedBy, resultName: name, ...file } of page) {
      const { resultKey: key, resultBytes: bytes, resultSha256: sha256 } = file;
      const isPlaced = state === "done" && replacedBy === undefined;
      if (isPlaced && key !== undefined && bytes !== undefined)
        placed.push({ task, name, key, bytes, sha256 });
    }
    await removeFiles(deps, placed);
  }
  for (const { name, key, bytes } of attachments) {
    if ((await deps.jobs.owner(task, name))?.job === id)
      await removeFiles(deps, [{ task, name, key, bytes }]);
  }
}

/** Removes results from the folder, and from their names in the bucket. */
async function removeFiles({ results, store }: PurgeDeps, files: readonly ResultFile[]): Promise<void> {
  for (const file of files) await results.remove(file);
  const { names } = store;
  if (names === undefined) return;
  await eachAtMost(files, NAMES_AT_ONCE, ({ task, name, key }) =>
    names.remove(nameInBucket(task, name), key),
  );
}

/** Removes the objects of a group from the store, except for these keys. */
export async function removeGroup(
  store: ByteStore,
  group: string,
  except: ReadonlySet<string> = new Set(),
): Promise<void> {
  for await (const keys of store.list(group)) {
    for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
      await turn();
      await store.remove(keys.slice(from, from + KEYS_AT_ONCE).filter((key) => !except.has(key)));
    }
  }
}

/** Another purge of the same job may have removed it already. */
function unlessRemoved(error: unknown): void {
  if (!(error instanceof AppError && error.code === "no_such_job")) throw error;
}
