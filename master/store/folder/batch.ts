import { entrySize, writeEntry } from "./entry.ts";

/** A small object that waits to be written. */
export interface PendingObject {
  readonly group: string;
  readonly payload: Uint8Array;
  readonly resolve: (key: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Removes the objects to be written next and returns them: payloads of `most` bytes together, or a single larger one. */
export function takeBatch(waiting: PendingObject[], most: number): PendingObject[] {
  let bytes = 0;
  let count = 0;
  for (const { payload } of waiting) {
    bytes += payload.byteLength;
    if (count > 0 && bytes > most) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** The entries of a batch, one after the other. */
export function encoded(batch: readonly PendingObject[]): Buffer {
  const bytes = batch.reduce((sum, { group, payload }) => sum + entrySize(group, payload.byteLength), 0);
  const buffer = Buffer.allocUnsafe(bytes);
  let offset = 0;
  for (const one of batch) {
    writeEntry(buffer, offset, one);
    offset += entrySize(one.group, one.payload.byteLength);
  }
  return buffer;
}
