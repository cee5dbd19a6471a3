/** Any array of numbers that a decoder fills. */
export type Numbers = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** Decoder from stored bytes to samples. */
export interface Codec {
  /** Bytes of a group, which is decoded as a whole: one frame, or one ADPCM block. */
  readonly groupBytes: number;
  /** Number of frames in a full group. */
  readonly framesPerGroup: number;
  /** Offset that is subtracted from a decoded number (128 for unsigned bytes). */
  readonly zero: number;
  /** Decoded number at full scale: 32768 for 16 bits, 1 for floats. */
  readonly fullScale: number;
  /** Bytes of a decoded sample, the unit of `rms_energy` and `sample_width`. */
  readonly sampleWidth: number;
  /** Decodes whole groups to interleaved samples (the last group of a file may be short). Valid until the next call. */
  decode(bytes: Buffer): Numbers;
}
