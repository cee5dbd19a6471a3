import { FileError } from "../../../errors.ts";
import { Fields } from "./fields.ts";

/** Storage format of the samples. */
export type Coding = "pcm" | "float" | "alaw" | "mulaw" | "ima" | "ms" | "other";

export interface WavFormat {
  readonly coding: Coding;
  /** The format tag; for WAVE_FORMAT_EXTENSIBLE the tag in its sub-format. */
  readonly tag: number;
  readonly extensible: boolean;
  readonly channels: number;
  /** Sample rate in Hz. */
  readonly sampleRate: number;
  /** Bytes of one frame (PCM, float, G.711) or of one block (ADPCM). */
  readonly blockAlign: number;
  /** Bytes of one stored sample; 0 for encodings whose samples share bytes. */
  readonly width: number;
  /** Bits of a stored sample in its container, a multiple of 8 for PCM. */
  readonly bits: number;
  /** Used bits of a sample, if the header gives them. */
  readonly validBits: number;
  /** Speaker positions, WAVEFORMATEXTENSIBLE's dwChannelMask; 0 if absent. */
  readonly channelMask: number;
  /** ADPCM: number of frames in a block; 0 if absent. */
  readonly framesPerBlock: number;
  /** MS ADPCM: pairs of predictor coefficients. */
  readonly coefficients: readonly (readonly [number, number])[];
  /** Whether samples of one byte have a sign, as they have outside of WAV files. */
  readonly hasSignedBytes?: boolean;
  /** Name of an encoding that is not decoded and has no tag. */
  readonly otherName?: string;
}

/** Channels that are measured, each with filters of its own. */
const MAX_CHANNELS = 256;
const EXTENSIBLE = 0xfffe;

const CODINGS: Readonly<Record<number, Coding>> = {
  1: "pcm",
  2: "ms",
  3: "float",
  6: "alaw",
  7: "mulaw",
  17: "ima",
};

/** Reads the content of a `fmt ` chunk. @throws FileError `corrupt_file`, `too_large`. */
export function readFormat(chunk: Buffer, bigEndian: boolean): WavFormat {
  if (chunk.length < 14) throw new FileError("corrupt_file", "The fmt chunk of the WAV file is cut short.");
  const fields = new Fields(chunk, bigEndian);
  const stored = fields.u16(0);
  const extensible = stored === EXTENSIBLE && chunk.length >= 26;
  // The sub-format GUID begins with the tag as a 32-bit number in the order of the file.
  const tag = extensible ? fields.u32(24) & 0xffff : stored;
  const coding = CODINGS[tag] ?? "other";
  const channels = fields.u16(2);
  const sampleRate = fields.u32(4);
  checkShape(channels, sampleRate);
  const headerBits = fields.u16(14);
  const width = widthOf({ coding, bits: headerBits, blockAlign: fields.u16(12), channels });
  const adpcm = coding === "ima" || coding === "ms";
  return {
    coding,
    tag,
    extensible,
    channels,
    sampleRate,
    width,
    blockAlign: width > 0 ? width * channels : fields.u16(12),
    bits: width > 0 ? width * 8 : headerBits,
    validBits: (extensible && fields.u16(18)) || headerBits || width * 8,
    channelMask: extensible ? fields.u32(20) : 0,
    framesPerBlock: adpcm ? fields.u16(18) : 0,
    coefficients: coding === "ms" ? coefficientsOf(fields) : [],
  };
}

/** @throws FileError `corrupt_file`, `too_large` */
export function checkShape(channels: number, sampleRate: number): void {
  if (channels === 0) throw new FileError("corrupt_file", "The header of the recording says 0 channels.");
  if (sampleRate === 0)
    throw new FileError("corrupt_file", "The header of the recording says a sample rate of 0 Hz.");
  if (channels <= MAX_CHANNELS) return;
  throw new FileError(
    "too_large",
    `The recording has ${channels} channels; at most ${MAX_CHANNELS} are measured.`,
  );
}

interface Stored {
  readonly coding: Coding;
  readonly bits: number;
  readonly blockAlign: number;
  readonly channels: number;
}

/** Bytes of a sample, from `blockAlign`: writers use `bits` in different ways (12 in 16, 20 in 24, …). */
function widthOf({ coding, bits, blockAlign, channels }: Stored): number {
  if (coding === "alaw" || coding === "mulaw") return 1;
  if (coding !== "pcm" && coding !== "float") return 0;
  const byBits = Math.ceil(bits / 8);
  const byBlock = blockAlign / channels;
  const width = Number.isInteger(byBlock) && byBlock >= byBits && byBlock > 0 ? byBlock : byBits;
  const possible = coding === "pcm" ? width >= 1 && width <= 8 : width === 4 || width === 8;
  if (possible) return width;
  throw new FileError(
    "corrupt_file",
    `The header of the WAV file says samples of ${bits} bits, which cannot be.`,
  );
}

/** Reads up to 256 pairs of coefficients; the standard has 7. */
function coefficientsOf(fields: Fields): (readonly [number, number])[] {
  const count = Math.min(fields.u16(20), 256);
  return Array.from({ length: count }, (_, i) => [fields.i16(22 + 4 * i), fields.i16(24 + 4 * i)]);
}

/** Names of format tags that are known but not decoded. */
const OTHER_NAMES: Readonly<Record<number, string>> = {
  16: "oki_adpcm",
  20: "g723_adpcm",
  22: "g723_1",
  49: "gsm_ms",
  64: "adpcm_g721",
  66: "g723_1",
  69: "adpcm_g726",
  80: "mp2",
  85: "mp3",
  100: "adpcm_g726",
  105: "adpcm_ima_xbox",
  255: "aac",
  352: "wmav1",
  353: "wmav2",
  8192: "ac3",
  8193: "dts",
  26447: "vorbis",
  61868: "flac",
};

/** The encoding as ffmpeg names it: `pcm_s16le`, `pcm_f32be`, `adpcm_ima_wav`, …; `tag_0x….` if it has no name. */
export function encodingName(format: WavFormat, bigEndian: boolean): string {
  const order = bigEndian ? "be" : "le";
  switch (format.coding) {
    case "pcm":
      if (format.width === 1) return format.hasSignedBytes === true ? "pcm_s8" : "pcm_u8";
      return `pcm_s${format.bits}${order}`;
    case "float":
      return `pcm_f${format.bits}${order}`;
    case "alaw":
    case "mulaw":
      return `pcm_${format.coding}`;
    case "ima":
      return "adpcm_ima_wav";
    case "ms":
      return "adpcm_ms";
    case "other":
      return (
        format.otherName ?? OTHER_NAMES[format.tag] ?? `tag_0x${format.tag.toString(16).padStart(4, "0")}`
      );
  }
}
