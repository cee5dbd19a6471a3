import { type BitReader, NO_FRAME } from "./bits.ts";
import { crc8 } from "./crc.ts";

/** How the two channels of a frame are stored. */
export type Stereo = "apart" | "left-side" | "side-right" | "mid-side";

export interface FlacFrameHead {
  readonly blockSize: number;
  readonly channels: number;
  readonly stereo: Stereo;
  /** Bits of a sample; 0: as the head of the file says. */
  readonly bits: number;
  /** In Hz; 0: as the head of the file says. */
  readonly sampleRate: number;
}

/** Bits of a sample by their code (RFC 9639, 9.1.4); undefined is reserved. */
const BITS = [0, 8, 12, undefined, 16, 20, 24, 32];
/** Rates in Hz by their code. */
const RATES = [
  0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000,
] as const;
const STEREO: readonly Stereo[] = ["left-side", "side-right", "mid-side"];

/** Reads the head of a frame (RFC 9639, 9.1). @throws NO_FRAME, OUT_OF_BYTES */
export function readFrameHeader(reader: BitReader): FlacFrameHead {
  const start = reader.at >> 3;
  if (reader.read(15) !== 0x7ffc) throw NO_FRAME;
  const isVariable = reader.read(1) === 1;
  const [sizeCode, rateCode] = [reader.read(4), reader.read(4)];
  const [layout, bitsCode, reserved] = [reader.read(4), reader.read(3), reader.read(1)];
  const bits = BITS[bitsCode];
  if (bits === undefined || reserved !== 0 || layout > 10 || rateCode === 15 || sizeCode === 0)
    throw NO_FRAME;
  passNumber(reader, isVariable ? 7 : 6);
  const blockSize = blockSizeOf(reader, sizeCode);
  const sampleRate = sampleRateOf(reader, rateCode);
  const end = reader.at >> 3;
  if (reader.read(8) !== crc8(reader.bytes, start, end)) throw NO_FRAME;
  const isPair = layout >= 8;
  return {
    blockSize,
    channels: isPair ? 2 : layout + 1,
    sampleRate,
    stereo: isPair ? (STEREO[layout - 8] ?? "apart") : "apart",
    bits,
  };
}

/** Passes over the number of the frame or of its first sample, which is written as UTF-8 writes characters. */
function passNumber(reader: BitReader, most: number): void {
  const ones = Math.clz32(~(reader.read(8) << 24));
  if (ones === 1 || ones > most) throw NO_FRAME;
  for (let i = 1; i < ones; i += 1) if (reader.read(8) >> 6 !== 2) throw NO_FRAME;
}

function blockSizeOf(reader: BitReader, code: number): number {
  if (code === 1) return 192;
  if (code <= 5) return 144 << code;
  if (code === 6) return reader.read(8) + 1;
  if (code === 7) return reader.read(16) + 1;
  return 1 << code;
}

function sampleRateOf(reader: BitReader, code: number): number {
  if (code === 12) return 1_000 * reader.read(8);
  if (code === 13) return reader.read(16);
  if (code === 14) return 10 * reader.read(16);
  return RATES[code] ?? 0;
}
