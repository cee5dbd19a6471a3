import { FileError } from "../../../errors.ts";

export interface OpusHead {
  readonly channels: number;
  /** Samples at 48 kHz at the start that are no part of the recording. */
  readonly preSkip: number;
  /** Factor of all samples. */
  readonly gain: number;
  /** 0: mono or stereo; 1: channels in the order of Vorbis. */
  readonly family: number;
  readonly streams: number;
  readonly coupled: number;
  readonly mapping: readonly number[];
}

/** Reads the first packet (RFC 7845, 5.1). @throws FileError `corrupt_file` */
export function readOpusHead(packet: Buffer): OpusHead {
  if (packet.length < 19 || ((packet[8] ?? 0) & 0xf0) !== 0) throw corrupt();
  const [channels, family] = [packet[9] ?? 0, packet[18] ?? 0];
  const common = {
    channels,
    family,
    preSkip: packet.readUInt16LE(10),
    gain: 10 ** (packet.readInt16LE(16) / 256 / 20),
  };
  if (channels === 0 || (family === 0 && channels > 2)) throw corrupt();
  if (family !== 0) return { ...common, ...readMapping(packet, channels) };
  return { ...common, streams: 1, coupled: channels - 1, mapping: [0, 1].slice(0, channels) };
}

function readMapping(packet: Buffer, channels: number): Pick<OpusHead, "streams" | "coupled" | "mapping"> {
  if (packet.length < 21 + channels) throw corrupt();
  const [streams, coupled] = [packet[19] ?? 0, packet[20] ?? 0];
  const mapping = [...packet.subarray(21, 21 + channels)];
  const isKnown = mapping.every((at) => at === 255 || at < streams + coupled);
  if (streams === 0 || coupled > streams || streams + coupled > 255 || !isKnown) throw corrupt();
  return { streams, coupled, mapping };
}

/** Samples at 48 kHz of a packet by its first bytes (RFC 6716, 3); 0 for one that cannot be. */
export function samplesOf(packet: Buffer): number {
  const [first, second] = packet;
  if (first === undefined) return 0;
  const kind = first >> 3;
  const frame = frameSamples(kind);
  const code = first & 3;
  const frames = code === 3 ? (second ?? 0) & 63 : Math.min(code + 1, 2);
  const samples = frame * frames;
  return samples > 5_760 ? 0 : samples;
}

function frameSamples(kind: number): number {
  if (kind >= 16) return 120 << (kind & 3);
  if (kind >= 12) return 480 << (kind & 1);
  return [480, 960, 1_920, 2_880][kind & 3] ?? 0;
}

function corrupt(): FileError {
  return new FileError("corrupt_file", "The head of the Opus stream is damaged.");
}
