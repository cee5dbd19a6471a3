import type { ByteRange } from "./port.ts";

/** The part of a range that an object of so many bytes has; `end` is below `start` when it has none. */
export function rangeWithin(bytes: number, range: ByteRange = { start: 0, end: bytes - 1 }): ByteRange {
  return { start: Math.max(0, range.start), end: Math.min(bytes - 1, range.end) };
}
