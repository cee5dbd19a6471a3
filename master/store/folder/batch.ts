import { recordSize, writeRecord } from "./record.ts";

/** A small object that is to be written. */
export interface PendingObject {
  readonly group: string;
  readonly payload: Uint8Array;
  readonly resolve: (key: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Takes out what is written next: payloads of so many bytes, or a single larger one. */
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

/** The records of a batch, one behind the other. */
export function encoded(batch: readonly PendingObject[]): Buffer {
  const bytes = batch.reduce((sum, { group, payload }) => sum + recordSize(group, payload.byteLength), 0);
  const buffer = Buffer.allocUnsafe(bytes);
  let offset = 0;
  for (const one of batch) {
    writeRecord(buffer, offset, one);
    offset += recordSize(one.group, one.payload.byteLength);
  }
  return buffer;
}
