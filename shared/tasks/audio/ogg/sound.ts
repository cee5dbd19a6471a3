import { FileError } from "../../../errors.ts";
import { inBlocks } from "../blockBuffer.ts";
import type { SampleBlock } from "../blocks.ts";
import type { StreamSource } from "../byteWindow.ts";
import { checkExpansion, type Decoder, type Faults } from "../decoder.ts";
import { inWavOrder } from "./order.ts";
import { emptyTally, type OggTally, type PagePackets, packetsOf } from "./packets.ts";
import type { OggStream } from "./streams.ts";
import { tellOgg } from "./warnings.ts";

/** Packets that cannot be decoded beside good ones. */
const MOST_DAMAGED = 100;

/** Decodes the packets of a stream one by one. */
export interface PacketCodec {
  /** Samples of each channel, valid until the next packet; undefined for a packet that cannot be decoded. */
  decode(packet: Buffer): readonly ArrayLike<number>[] | undefined;
  /** Samples of each channel that the first packets of a stream have. */
  samplesOf(packets: readonly Buffer[]): number;
  free?(): void;
}

/** A stream of packets in an Ogg file, each of which has samples of all channels. */
export interface SoundStream {
  readonly open: () => StreamSource;
  readonly stream: OggStream;
  /** Bytes of the file. */
  readonly bytes: number;
  /** Position at the end of the stream; undefined if it is not known. */
  readonly end: number | undefined;
  readonly channels: number;
  /** Whether the channels have the order of Vorbis. */
  readonly isVorbisOrder: boolean;
  /** Packets before the first one with sound. */
  readonly headers: number;
  /** Samples at the start that are no part of the recording. */
  readonly skip: number;
  /** Whether samples before the position 0 are no part of it either. */
  readonly isCutAt0: boolean;
  /** Factor of all samples. */
  readonly scale: number;
  /** Most samples of each channel that a packet has. */
  readonly longest: number;
  readonly codec: () => Promise<PacketCodec>;
}

/** A decoder of such a stream. */
export function soundDecoder(stream: SoundStream): Decoder {
  const { end, bytes, skip, longest } = stream;
  // A packet has a byte at least. A stream that was cut out of a long one ends at a late position and has few samples:
  // their number is judged while they are decoded.
  const frames = end === undefined || end > bytes * longest ? undefined : Math.max(0, end - skip);
  return { sampleWidth: 4, fullScale: 1, frames, blocks: (faults) => blocksOf(stream, faults) };
}

async function* blocksOf(stream: SoundStream, faults: Faults): AsyncGenerator<SampleBlock> {
  const codec = await stream.codec();
  const counts = { good: 0, damaged: 0, position: 0, start: undefined, reached: 0 };
  const pass: Pass = { ...stream, ...counts, packets: codec, tally: emptyTally() };
  try {
    yield* inBlocks(rangesOf(pass), stream.channels);
  } finally {
    codec.free?.();
  }
  tellOgg(pass.tally, { others: stream.stream.others, isHeard: pass.good > 0 }, faults);
  if (pass.damaged > 0)
    faults.warnings.push(
      `Damaged packets that were left out: ${pass.damaged}; what follows is earlier than it was.`,
    );
}

interface Pass extends SoundStream {
  readonly packets: PacketCodec;
  readonly tally: OggTally;
  good: number;
  damaged: number;
  /** Samples so far, with those that are skipped. */
  position: number;
  /** Position of the first sample. */
  start: number | undefined;
  /** Position at the end of the pages so far. */
  reached: number;
}

async function* rangesOf(pass: Pass) {
  let { headers } = pass;
  for await (const page of packetsOf(pass.open(), pass.stream.serial, pass.tally)) {
    const packets = page.packets.slice(headers);
    headers = Math.max(0, headers - page.packets.length);
    if (packets.length === 0) continue;
    pass.start ??= startOf(pass, page, packets);
    yield* rangesOfPage(pass, packets, limitOf(pass, page, pass.start));
    pass.reached = Math.max(pass.reached, page.granule);
  }
}

/** Samples up to the end: the last page states where the recording ends within its packets. */
function limitOf({ reached }: Pass, { granule, isLast }: PagePackets, start: number): number {
  return isLast && granule >= reached ? granule - start : Number.POSITIVE_INFINITY;
}

function* rangesOfPage(pass: Pass, packets: readonly Buffer[], limit: number) {
  for (const packet of packets) {
    const planes = decode(pass, packet);
    if (planes === undefined) continue;
    const range = rangeOf(pass, planes, limit);
    checkExpansion(pass.position * pass.channels, pass.bytes);
    if (range.from < range.to) yield range;
  }
}

/**
 * The position before the first packet: above 0 in a stream that was cut out of another one, below 0 where samples are to be cut
 * off. Some encoders state 0 for a first page with samples, which tells nothing.
 */
function startOf(pass: Pass, { granule, isLast }: PagePackets, packets: readonly Buffer[]): number {
  if (isLast || granule <= 0) return 0;
  const start = granule - pass.packets.samplesOf(packets);
  return pass.isCutAt0 ? start : Math.max(0, start);
}

function decode(pass: Pass, packet: Buffer): readonly ArrayLike<number>[] | undefined {
  const planes = pass.packets.decode(packet);
  if (planes !== undefined) {
    pass.good += 1;
    return planes;
  }
  pass.damaged += 1;
  if (pass.damaged > MOST_DAMAGED + pass.good)
    throw new FileError("corrupt_file", "Most packets of the Ogg file are damaged.");
  return undefined;
}

function rangeOf(pass: Pass, planes: readonly ArrayLike<number>[], limit: number) {
  const samples = planes[0]?.length ?? 0;
  const skip = pass.skip + Math.max(0, -(pass.start ?? 0));
  const from = Math.min(samples, Math.max(0, skip - pass.position));
  const to = Math.min(samples, Math.max(from, limit - pass.position));
  pass.position += samples;
  return { planes: pass.isVorbisOrder ? inWavOrder(planes) : planes, from, to, scale: pass.scale };
}
