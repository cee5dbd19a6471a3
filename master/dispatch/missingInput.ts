import { isStoreAway } from "../../shared/errors.ts";
import type { FileRef } from "../../shared/tasks/task.ts";
import type { QueuedUnit } from "../queue/port.ts";
import type { ByteStore } from "../store/port.ts";

/**
 * The first file of a unit that the store no longer has whole. The inputs of a request that waits are not durable:
 * after a power loss the record may name objects that are missing in the store.
 */
export async function missingInput(
  store: Pick<ByteStore, "isWhole">,
  unit: QueuedUnit,
): Promise<FileRef | undefined> {
  try {
    for (const file of unit.files) if (!(await store.isWhole(file.key))) return file;
  } catch (error) {
    // A store that does not answer says nothing about its objects.
    if (!isStoreAway(error)) throw error;
  }
  return undefined;
}
