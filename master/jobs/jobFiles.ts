import type { FileRef } from "../../shared/tasks/task.ts";
import type { ByteStore } from "../store/port.ts";
import type { RetryWhileFull } from "../upkeep/diskSpace.ts";

/** Files that a task makes and reads while its job runs, beside the parts of its maps. */
export interface JobFiles {
  /** @param group id of the job, whose end removes the file */
  put(group: string, filename: string, body: Uint8Array): Promise<FileRef>;
  read(file: Pick<FileRef, "key">): Promise<Buffer>;
}

/** Waits for disk space and for the store, as the results of accepted jobs do. */
export function jobFiles(
  store: Pick<ByteStore, "put" | "read" | "flush">,
  retryWhileFull: RetryWhileFull,
): JobFiles {
  return {
    put: async (group, filename, body) => {
      const stored = await retryWhileFull(() => store.put(body, { group }));
      // The file may become a result, and what is on record must survive a power loss.
      await store.flush();
      return { filename, ...stored };
    },
    read: ({ key }) => retryWhileFull(() => store.read(key)),
  };
}
