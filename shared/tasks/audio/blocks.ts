/** A section of the recording; full scale is 1. Only the first `frames` entries of an array count. */
export interface SampleBlock {
  readonly frames: number;
  /** One array for each channel. */
  readonly channels: readonly Float64Array[];
  /** The mean of the channels, as librosa and soundfile users mix to mono. */
  readonly mono: Float64Array;
  /** Number of NaN and infinite samples, which were set to 0. */
  readonly invalid: number;
}

/** A measurement that reads the recording once, block by block, in bounded memory. */
export interface Meter<Result> {
  add(block: SampleBlock): void;
  /** Called once, after the last block. */
  result(): Result;
}

/** A block whose mono mix is computed when a meter asks for it. */
export function blockOf(channels: readonly Float64Array[], frames: number, invalid = 0): SampleBlock {
  let mono: Float64Array | undefined;
  return {
    ...{ channels, frames, invalid },
    get mono() {
      mono ??= mixed(channels, frames);
      return mono;
    },
  };
}

function mixed(planes: readonly Float64Array[], frames: number): Float64Array {
  const [first] = planes;
  if (planes.length === 1 && first !== undefined) return first;
  const mix = new Float64Array(frames);
  for (const plane of planes) for (let i = 0; i < frames; i += 1) mix[i] = (mix[i] ?? 0) + (plane[i] ?? 0);
  for (let i = 0; i < frames; i += 1) mix[i] = (mix[i] ?? 0) / planes.length;
  return mix;
}
