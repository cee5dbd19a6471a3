import { constants, gunzipSync } from "node:zlib";
import { isTarHeader } from "./header.ts";

/** Whether a file is a tar archive, packed by gzip or not, by its first bytes. */
export function isTar(head: Buffer): boolean {
  return isTarHeader(isGzip(head) ? inflatedStart(head) : head);
}

function inflatedStart(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}

export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}
