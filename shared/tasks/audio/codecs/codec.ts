/** Any array of numbers that a decoder fills. */
export type Numbers = Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** How stored bytes become samples. */
export interface Codec {
  /** Bytes that can only be decoded together: one frame, or one ADPCM block. */
  readonly groupBytes: number;
  /** Frames in a full group. */
  readonly framesPerGroup: number;
  /** What is subtracted from a decoded number (128 for unsigned bytes). */
  readonly zero: number;
  /** The decoded number that is full scale: 32768 for 16 bits, 1 for floats. */
  readonly fullScale: number;
  /** Bytes of a sample once decoded; `rms_energy` and `sample_width` are in its units. */
  readonly sampleWidth: number;
  /** Interleaved samples of whole groups (the last group of a file may be short). Valid until the next call. */
  decode(bytes: Buffer): Numbers;
}
