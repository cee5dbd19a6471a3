import { AppError } from "../../shared/errors.ts";
import type { FileRef } from "../../shared/tasks/task.ts";
import type { QueuedUnit } from "../queue/port.ts";
import type { ByteStore } from "../store/port.ts";

const LOST = new Set(["not_stored", "damaged_object"]);

/**
 * The first file of a unit that the store does not have whole any more. The inputs of a request that waits are
 * not synced: when the power goes their record may be there and they are not.
 */
export async function lostInput(store: ByteStore, unit: QueuedUnit): Promise<FileRef | undefined> {
  for (const file of unit.files) if (!(await isWhole(store, file))) return file;
  return undefined;
}

async function isWhole(store: ByteStore, { key, bytes }: FileRef): Promise<boolean> {
  try {
    // Of a large file its length tells; others are read.
    if (store.pathOf(key) !== undefined) return (await store.stat(key))?.bytes === bytes;
    return (await store.read(key)).length === bytes;
  } catch (error) {
    if (error instanceof AppError && LOST.has(error.code)) return false;
    throw error;
  }
}
