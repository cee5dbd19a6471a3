import { FileError } from "../../../errors.ts";
import type { ByteWindow } from "../byteWindow.ts";
import { type Comments, readComments } from "../vorbisComment.ts";
import type { Chunk } from "../wav/chunks.ts";

export interface StreamInfo {
  readonly sampleRate: number;
  readonly channels: number;
  /** Bits of a sample, 4 to 32. */
  readonly bits: number;
  /** Samples of each channel; undefined if the encoder did not know it. */
  readonly frames: number | undefined;
  /** MD5 of the samples; undefined if the encoder did not compute it. */
  readonly md5: string | undefined;
}

export interface FlacHead {
  readonly info: StreamInfo;
  readonly comments: Comments;
  readonly blocks: readonly Chunk[];
}

const NAMES = ["STREAMINFO", "PADDING", "APPLICATION", "SEEKTABLE", "VORBIS_COMMENT", "CUESHEET", "PICTURE"];
const INFO_BYTES = 34;
const MOST_BLOCKS = 10_000;
/** Longest comments that are read; longer ones are listed only. */
const LONGEST_COMMENTS = 1 << 20;

/** Reads the blocks of metadata (RFC 9639, 8) up to the first frame. @throws FileError `corrupt_file` */
export async function readHead(window: ByteWindow): Promise<FlacHead> {
  if ((await contentOf(window, 4)).toString("latin1") !== "fLaC")
    throw corrupt("does not begin with its four letters");
  const blocks: Chunk[] = [];
  let info: StreamInfo | undefined;
  let comments: Comments = { texts: {}, channelMask: 0 };
  for (let isLast = false; !isLast; ) {
    if (blocks.length >= MOST_BLOCKS) throw corrupt(`has more than ${MOST_BLOCKS} blocks of metadata`);
    const block = await nextBlock(window);
    isLast = block.isLast;
    blocks.push(block.chunk);
    if (block.kind === 0) info ??= infoOf(await contentOf(window, block.chunk.claimed));
    else if (block.kind === 4 && block.chunk.claimed <= LONGEST_COMMENTS)
      comments = readComments(await contentOf(window, block.chunk.claimed));
    else if (!(await window.skip(block.chunk.claimed))) throw corrupt("ends in its metadata");
  }
  if (info === undefined) throw corrupt("has no block STREAMINFO");
  return { info, comments, blocks };
}

async function nextBlock(window: ByteWindow): Promise<{ kind: number; isLast: boolean; chunk: Chunk }> {
  const head = (await contentOf(window, 4)).readUInt32BE(0);
  const kind = (head >>> 24) & 0x7f;
  if (kind === 127) throw corrupt("has a block of metadata that cannot be");
  const claimed = head & 0xff_ffff;
  const chunk = { id: NAMES[kind] ?? `BLOCK_${kind}`, offset: window.passed, bytes: claimed, claimed };
  return { kind, isLast: head >>> 31 === 1, chunk };
}

/** Valid until the window is filled again. */
async function contentOf(window: ByteWindow, bytes: number): Promise<Buffer> {
  if (!(await window.fill(bytes))) throw corrupt("ends in its metadata");
  const content = window.bytes.subarray(window.start, window.start + bytes);
  window.pass(bytes);
  return content;
}

function infoOf(block: Buffer): StreamInfo {
  if (block.length < INFO_BYTES) throw corrupt("has a block STREAMINFO that is too short");
  const [high, low] = [block.readUInt32BE(10), block.readUInt32BE(14)];
  const frames = (high & 15) * 2 ** 32 + low;
  const md5 = block.toString("hex", 18, INFO_BYTES);
  const bits = ((high >>> 4) & 31) + 1;
  if (bits < 4) throw corrupt(`says samples of ${bits} bits, which cannot be`);
  return {
    sampleRate: high >>> 12,
    channels: ((high >>> 9) & 7) + 1,
    bits,
    frames: frames === 0 ? undefined : frames,
    md5: /^0+$/.test(md5) ? undefined : md5,
  };
}

function corrupt(what: string): FileError {
  return new FileError("corrupt_file", `The FLAC file ${what}.`);
}
