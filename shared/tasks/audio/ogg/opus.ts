import { FileError } from "../../../errors.ts";
import { inBlocks } from "../blockBuffer.ts";
import type { SampleBlock } from "../blocks.ts";
import type { StreamSource } from "../byteWindow.ts";
import { checkExpansion, type Decoder, type Faults } from "../decoder.ts";
import { type OpusHead, samplesOf } from "./opusHead.ts";
import { type OpusPackets, openOpus } from "./opusLibrary.ts";
import { inWavOrder } from "./order.ts";
import { emptyTally, type OggTally, type PagePackets, packetsOf } from "./packets.ts";
import type { OggStream } from "./streams.ts";
import { tellOgg } from "./warnings.ts";

/** Packets that cannot be decoded beside good ones. */
const MOST_DAMAGED = 100;
/** The packets before the first one with sound: head and texts. */
const HEADERS = 2;

interface OpusStream {
  readonly open: () => StreamSource;
  readonly stream: OggStream;
  readonly head: OpusHead;
  /** Position at the end of the stream; undefined if it is not known. */
  readonly end: number | undefined;
  /** Bytes of the file. */
  readonly bytes: number;
}

/** A decoder of Opus in Ogg (RFC 7845). */
export function opusDecoder(stream: OpusStream): Decoder {
  const { head, end, bytes } = stream;
  // A packet of two bytes has at most 5,760 samples. A stream that was cut out of a long one ends at a late position and
  // has few samples: their number is judged while they are decoded.
  const frames = end === undefined || end > bytes * 5_760 ? undefined : Math.max(0, end - head.preSkip);
  return { sampleWidth: 4, fullScale: 1, frames, blocks: (faults) => blocksOf(stream, faults) };
}

async function* blocksOf(stream: OpusStream, faults: Faults): AsyncGenerator<SampleBlock> {
  const library = await openOpus(stream.head);
  const pass: Pass = { ...stream, library, tally: emptyTally(), good: 0, damaged: 0, position: 0 };
  try {
    yield* inBlocks(rangesOf(pass), stream.head.channels);
  } finally {
    library.free();
  }
  tellOgg(pass.tally, { others: stream.stream.others, isHeard: pass.good > 0 }, faults);
  if (pass.damaged > 0)
    faults.warnings.push(
      `Damaged packets that were left out: ${pass.damaged}; what follows is earlier than it was.`,
    );
}

interface Pass extends OpusStream {
  readonly library: OpusPackets;
  readonly tally: OggTally;
  good: number;
  damaged: number;
  /** Samples so far, with those that are skipped. */
  position: number;
}

async function* rangesOf(pass: Pass) {
  let headers = HEADERS;
  let start: number | undefined;
  for await (const page of packetsOf(pass.open(), pass.stream.serial, pass.tally)) {
    const packets = page.packets.slice(headers);
    headers = Math.max(0, headers - page.packets.length);
    if (packets.length === 0) continue;
    start ??= startOf(page, packets);
    // The last page states where the recording ends within its packets.
    yield* rangesOfPage(pass, packets, page.isLast ? page.granule - start : Number.POSITIVE_INFINITY);
  }
}

function* rangesOfPage(pass: Pass, packets: readonly Buffer[], limit: number) {
  for (const packet of packets) {
    const planes = decode(pass, packet);
    if (planes === undefined) continue;
    const range = rangeOf(pass, planes, limit);
    checkExpansion(pass.position * pass.head.channels, pass.bytes);
    if (range.from < range.to) yield range;
  }
}

/** The position before the first packet, which is not 0 in a stream that was cut out of another one. */
function startOf({ granule, isLast }: PagePackets, packets: readonly Buffer[]): number {
  const samples = packets.reduce((sum, packet) => sum + samplesOf(packet), 0);
  return isLast ? 0 : Math.max(0, granule - samples);
}

function decode(pass: Pass, packet: Buffer): readonly Float32Array[] | undefined {
  const planes = samplesOf(packet) === 0 ? undefined : pass.library.decode(packet);
  if (planes !== undefined) {
    pass.good += 1;
    return planes;
  }
  pass.damaged += 1;
  if (pass.damaged > MOST_DAMAGED + pass.good)
    throw new FileError("corrupt_file", "Most packets of the Opus stream are damaged.");
  return undefined;
}

function rangeOf(pass: Pass, planes: readonly Float32Array[], limit: number) {
  const samples = planes[0]?.length ?? 0;
  const from = Math.min(samples, Math.max(0, pass.head.preSkip - pass.position));
  const to = Math.min(samples, Math.max(from, limit - pass.position));
  pass.position += samples;
  const { family, gain } = pass.head;
  return { planes: family === 1 ? inWavOrder(planes) : planes, from, to, scale: gain };
}
