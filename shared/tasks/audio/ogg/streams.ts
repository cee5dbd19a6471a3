import type { StepFile } from "../../task.ts";
import { bytesOf } from "../byteWindow.ts";
import { emptyTally } from "./packets.ts";
import { pagesOf } from "./pages.ts";

export type OggEncoding = "opus" | "vorbis" | "flac";

/** The stream of an Ogg file that is measured. */
export interface OggStream {
  readonly encoding: OggEncoding;
  readonly serial: number;
  /** Number of other streams beside it. */
  readonly others: number;
}

/** How the first packet of a stream begins. */
const BEGINNINGS: readonly (readonly [string, OggEncoding])[] = [
  ["OpusHead", "opus"],
  ["\x01vorbis", "vorbis"],
  ["\x7fFLAC", "flac"],
];
/** Longest page, and as much again for one that follows the last one of the stream. */
const TAIL_BYTES = 2 * 65_307;

/** The first stream whose encoding is known; undefined without one. */
export async function findStream(file: StepFile): Promise<OggStream | undefined> {
  const found: { readonly encoding: OggEncoding | undefined; readonly serial: number }[] = [];
  for await (const page of pagesOf(bytesOf(file, 0, file.bytes), emptyTally())) {
    // All streams begin before the first of them goes on.
    if (!page.isFirst || found.length > 100) break;
    const head = page.body.toString("latin1", 0, 8);
    const encoding = BEGINNINGS.find(([beginning]) => head.startsWith(beginning))?.[1];
    found.push({ encoding, serial: page.serial });
  }
  for (const { encoding, serial } of found)
    if (encoding !== undefined) return { encoding, serial, others: found.length - 1 };
  return undefined;
}

/** The position at the end of the stream, by its last page with one; undefined if it is not at the end of the file. */
export async function lastGranule(file: StepFile, serial: number): Promise<number | undefined> {
  const from = Math.max(0, file.bytes - TAIL_BYTES);
  const tail = await file.slice(from, TAIL_BYTES);
  for (let at = tail.lastIndexOf("OggS"); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf("OggS", at - 1)) {
    if (at + 27 > tail.length || tail.readUInt32LE(at + 14) !== serial) continue;
    const granule = Number(tail.readBigInt64LE(at + 6));
    if (granule >= 0) return granule;
  }
  return undefined;
}
