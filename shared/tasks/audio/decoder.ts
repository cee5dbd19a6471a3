import { FileError } from "../../errors.ts";
import type { SampleBlock } from "./blocks.ts";

/** Decodes a recording from its start to its end, in bounded memory; each call of `blocks` begins anew. */
export interface Decoder {
  /** Bytes of a decoded sample, the unit of `rms_energy` and `sample_width`. */
  readonly sampleWidth: number;
  /** Decoded number at full scale: 32768 for 16 bits, 1 for floats. */
  readonly fullScale: number;
  /** Number of frames by the head of the file, which may be wrong; undefined if it does not say it. */
  readonly frames: number | undefined;
  /** A block is valid until the next one is requested. @throws FileError `corrupt_file`, `too_large` */
  blocks(faults: Faults): AsyncGenerator<SampleBlock>;
}

/** What a decoder tells about a file beside its samples. */
export interface Faults {
  /** Whether the file ends before its samples do. */
  truncated: boolean;
  readonly warnings: string[];
}

/** Most samples of a compressed recording, over all channels: 12 hours of 48 kHz stereo. */
const MOST_SAMPLES = 2 ** 32;
/** Samples that a byte may become in a long recording; digital silence in the usual frames of FLAC becomes 1,000. */
const MOST_PER_BYTE = 1_500;
const LONG = 2 ** 27;

/** Refuses a recording that becomes far more samples than its file has bytes for. @throws FileError `too_large` */
export function checkExpansion(samples: number, bytes: number): void {
  if (samples > MOST_SAMPLES)
    throw new FileError(
      "too_large",
      `The recording has more than ${MOST_SAMPLES} samples; at most that many of a compressed file are measured. Split it.`,
    );
  if (samples <= LONG || samples <= bytes * MOST_PER_BYTE) return;
  throw new FileError(
    "too_large",
    `The file of ${bytes} bytes would become more than ${LONG} samples; at most ${MOST_PER_BYTE} of a byte are measured.`,
  );
}
