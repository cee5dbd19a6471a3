import type { NameOwner } from "../record/names.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultFile, ResultsFolder } from "./results.ts";

/** A result with the job, and the file of the job, that it belongs to. */
export interface OwnedResult extends ResultFile, NameOwner {}

/** Writes results into the results folder. Both resolve with the name that the result has there. */
export interface ResultWriter {
  put(result: OwnedResult): Promise<string>;
  /** Writes a result again after a restart if its file is not there, whole. */
  restore(result: OwnedResult): Promise<string>;
}

type Place = (result: ResultFile) => ReturnType<ResultsFolder["place"]>;
type Folder = Pick<ResultsFolder, "place" | "replace" | "restore">;

/** `ON_EXISTING=keep`: a result whose name is another owner's in the folder gets the next name of the record. */
export function keepingWriter(jobs: Pick<RecordOfJobs, "rename">, folder: Folder): ResultWriter {
  const put = async (result: OwnedResult, place: Place) =>
    (await place(result)) === "placed" ? result.name : await elsewhere(jobs, folder, result);
  return {
    put: (result) => put(result, (file) => folder.place(file)),
    restore: (result) => put(result, (file) => folder.restore(file)),
  };
}

/**
 * `ON_EXISTING=replace`: a result takes its plain name over from any file. A later job may take the name over while the
 * result of an earlier job is being written. The folder then ends with the result of the name's owner on record,
 * whichever write is the last.
 */
export function replacingWriter(jobs: Pick<RecordOfJobs, "owner" | "rename">, folder: Folder): ResultWriter {
  const keeping = keepingWriter(jobs, folder);
  const replace: Place = (file) => folder.replace(file);
  const put = async (result: OwnedResult, place: Place): Promise<string> => {
    const { task, name } = result;
    if ((await jobs.owner(task, name))?.key !== result.key) return name;
    if ((await place(result)) === "taken") return await elsewhere(jobs, folder, result);
    for (let last = result.key; ; ) {
      const owner = await jobs.owner(task, name);
      if (owner === undefined || owner.key === last) return name;
      await folder.replace({ task, name, key: owner.key, bytes: owner.bytes });
      last = owner.key;
    }
  };
  const isPlain = async ({ task, name }: OwnedResult) => (await jobs.owner(task, name))?.number === undefined;
  const restore: Place = async (file) =>
    (await folder.restore(file)) === "placed" ? "placed" : await folder.replace(file);
  return {
    put: async (result) => ((await isPlain(result)) ? await put(result, replace) : await keeping.put(result)),
    restore: async (result) =>
      (await isPlain(result)) ? await put(result, restore) : await keeping.restore(result),
  };
}

/** Places a result under the first next name that is free in the folder, too. */
async function elsewhere(
  jobs: Pick<RecordOfJobs, "rename">,
  folder: Folder,
  result: OwnedResult,
): Promise<string> {
  const { job, index, task } = result;
  const owner = { job, task, ...(index === undefined ? {} : { index }) };
  for (let tries = 0, { name } = result; ; tries += 1) {
    const next = await jobs.rename({ ...owner, name, tries });
    // The job was removed meanwhile, or a later job has the name.
    if (next === undefined) return name;
    name = next;
    if ((await folder.place({ ...result, name })) === "placed") return name;
  }
}
