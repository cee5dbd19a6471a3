import { checkShape, type WavFormat } from "./wav/format.ts";

interface Stated {
  /** Name of the encoding, as ffmpeg has it. */
  readonly name: string;
  readonly channels: number;
  readonly sampleRate: number;
  /** Bits of a sample; 0 where the encoding has none. */
  readonly bits: number;
  readonly channelMask: number;
}

/** The format of samples that do not lie one by one in the file. @throws FileError `corrupt_file`, `too_large` */
export function packedFormat({ name, channels, sampleRate, bits, channelMask }: Stated): WavFormat {
  checkShape(channels, sampleRate);
  return {
    coding: "other",
    otherName: name,
    tag: 0,
    extensible: false,
    ...{ channels, sampleRate, channelMask },
    blockAlign: 0,
    width: 0,
    bits,
    validBits: bits,
    framesPerBlock: 0,
    coefficients: [],
  };
}
