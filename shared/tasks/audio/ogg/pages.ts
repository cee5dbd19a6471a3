import { FileError } from "../../../errors.ts";
import { ByteWindow, type StreamSource } from "../byteWindow.ts";
import { crc32 } from "./crc.ts";

export interface OggPage {
  readonly isContinued: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Position in samples at the end of the last packet that ends in the page; -1 if none ends in it. */
  readonly granule: number;
  readonly serial: number;
  readonly sequence: number;
  /** Lengths of the segments; one below 255 ends a packet. */
  readonly lacing: Uint8Array;
  /** The segments, valid until the next page is requested. */
  readonly body: Buffer;
}

/** What is wrong with the pages of a file. */
export interface PageTally {
  damaged: number;
  strayBytes: number;
  /** Whether the file ends inside a page. */
  isCut: boolean;
}

const MAGIC = "OggS";
const HEAD_BYTES = 27;
/** Damaged pages that are passed over beside good ones. */
const MOST_DAMAGED = 200;

/** The pages of an Ogg file (RFC 3533) whose checksum is right. @throws FileError `corrupt_file` where most are damaged */
export async function* pagesOf(source: StreamSource, tally: PageTally): AsyncGenerator<OggPage> {
  const window = new ByteWindow(source);
  let good = 0;
  while (await toMagic(window, tally)) {
    const bytes = await pageBytes(window);
    if (bytes === undefined && !hasMagicBehind(window)) {
      tally.isCut = true;
      return;
    }
    const page = window.bytes.subarray(window.start, window.start + (bytes ?? 0));
    if (bytes === undefined || page[4] !== 0 || crc32(page) !== page.readUInt32LE(22)) {
      tally.damaged += 1;
      if (tally.damaged > MOST_DAMAGED + good)
        throw new FileError("corrupt_file", "Most pages of the Ogg file are damaged.");
      window.pass(MAGIC.length);
      continue;
    }
    good += 1;
    yield pageOf(page);
    window.pass(bytes);
  }
}

/** Goes to the next four letters. @returns false at the end of the stream */
async function toMagic(window: ByteWindow, tally: PageTally): Promise<boolean> {
  while (await window.fill(MAGIC.length)) {
    const found = window.bytes.subarray(window.start, window.end).indexOf(MAGIC, 0, "latin1");
    if (found === 0) return true;
    const skipped = found > 0 ? found : window.length - MAGIC.length + 1;
    window.pass(skipped);
    tally.strayBytes += skipped;
  }
  tally.strayBytes += window.length;
  return false;
}

/** Bytes of the page at the start of the window, which has them all; undefined if the file ends before. */
async function pageBytes(window: ByteWindow): Promise<number | undefined> {
  if (!(await window.fill(HEAD_BYTES))) return undefined;
  const segments = window.bytes[window.start + HEAD_BYTES - 1] ?? 0;
  if (!(await window.fill(HEAD_BYTES + segments))) return undefined;
  let bytes = HEAD_BYTES + segments;
  const first = window.start + HEAD_BYTES;
  for (let i = 0; i < segments; i += 1) bytes += window.bytes[first + i] ?? 0;
  return (await window.fill(bytes)) ? bytes : undefined;
}

/** Whether a page may begin behind the one at the start of a window that has all bytes up to the end of the file. */
function hasMagicBehind({ bytes, start, end }: ByteWindow): boolean {
  return bytes.subarray(start + MAGIC.length, end).includes(MAGIC, 0, "latin1");
}

function pageOf(page: Buffer): OggPage {
  const [flags, segments] = [page[5] ?? 0, page[HEAD_BYTES - 1] ?? 0];
  return {
    isContinued: (flags & 1) !== 0,
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
    granule: Number(page.readBigInt64LE(6)),
    serial: page.readUInt32LE(14),
    sequence: page.readUInt32LE(18),
    lacing: page.subarray(HEAD_BYTES, HEAD_BYTES + segments),
    body: page.subarray(HEAD_BYTES + segments),
  };
}
