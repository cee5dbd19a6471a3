import { corruptHead } from "./faults.ts";

export interface VorbisHead {
  readonly channels: number;
  readonly sampleRate: number;
  /** Samples of a short and of a long block: powers of 2, 64 to 8,192. */
  readonly blockSizes: readonly [number, number];
}

const HEAD_BYTES = 30;

/** Reads the first packet (Vorbis I, 4.2.2). @throws FileError `corrupt_file` */
export function readVorbisHead(packet: Buffer): VorbisHead {
  if (packet.length < HEAD_BYTES || !isHeader(packet, 1)) throw corruptHead("is damaged");
  if (packet.readUInt32LE(7) !== 0) throw corruptHead("says a version that is not known");
  const sizes = packet[28] ?? 0;
  const [short, long] = [sizes & 15, sizes >> 4];
  if (short < 6 || long > 13 || short > long) throw corruptHead("says sizes of blocks that cannot be");
  return {
    channels: packet[11] ?? 0,
    sampleRate: packet.readUInt32LE(12),
    blockSizes: [2 ** short, 2 ** long],
  };
}

/** Whether a packet is the header with this number: 1 for the head, 3 for the texts, 5 for the setup. */
export function isHeader(packet: Buffer, kind: number): boolean {
  return packet[0] === kind && packet.toString("latin1", 1, 7) === "vorbis";
}
