import { FileError } from "../../../errors.ts";
import { type Coding, checkShape, type WavFormat } from "../wav/format.ts";

interface Stated {
  readonly coding: Coding;
  readonly channels: number;
  readonly sampleRate: number;
  /** Used bits of a sample. */
  readonly bits: number;
  /** Name of the encoding in the file, for one that is not decoded. */
  readonly name: string;
  /** Whether samples of one byte are around 128. */
  readonly isUnsigned?: boolean;
}

/** The format of samples that lie one by one, each in whole bytes. @throws FileError `corrupt_file`, `too_large` */
export function linearFormat({
  coding,
  channels,
  sampleRate,
  bits,
  name,
  isUnsigned = false,
}: Stated): WavFormat {
  checkShape(channels, Math.round(sampleRate));
  const width = widthOf(coding, bits);
  return {
    coding,
    tag: 0,
    extensible: false,
    channels,
    sampleRate,
    blockAlign: width * channels,
    width,
    bits: width * 8,
    validBits: coding === "pcm" ? bits : width * 8,
    channelMask: 0,
    framesPerBlock: 0,
    coefficients: [],
    hasSignedBytes: !isUnsigned,
    otherName: name
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_"),
  };
}

function widthOf(coding: Coding, bits: number): number {
  if (coding === "alaw" || coding === "mulaw") return 1;
  if (coding === "other") return 0;
  const width = Math.ceil(bits / 8);
  const isPossible = coding === "float" ? bits === 32 || bits === 64 : width >= 1 && width <= 8;
  if (isPossible) return width;
  throw new FileError(
    "corrupt_file",
    `The header of the recording says samples of ${bits} bits, which cannot be.`,
  );
}
