import type { Meter } from "../blocks.ts";

/** Number of samples on each side that contribute to one interpolated value. */
const REACH = 12;
const TAPS = 2 * REACH;
/** Number of positions from one sample to the next: four times oversampling. */
const PHASES = [interpolator(1 / 4), interpolator(2 / 4), interpolator(3 / 4)];
/**
 * Highest sum of the weights of the two samples next to a position, and of those of all others. With these bounds
 * the meter skips most positions, because their values cannot exceed the peak so far.
 */
const NEAR = Math.max(...PHASES.map((taps) => sizeOf(taps.subarray(REACH - 1, REACH + 1))));
const FAR =
  Math.max(...PHASES.map(sizeOf)) -
  Math.min(...PHASES.map((taps) => sizeOf(taps.subarray(REACH - 1, REACH + 1))));
/** Number of positions that share one bound of their far samples. */
const STRETCH = 32;

/**
 * The highest level of the signal between its samples, for each channel; full scale 1 (ITU-R BS.1770-4,
 * annex 2): four times oversampling by a windowed sinc of 24 taps, or the sample peak if that is higher.
 * Where the interpolator would need samples beyond the ends of the recording only the samples count.
 */
export function truePeakMeter(channels: number): Meter<readonly number[]> {
  const followers = Array.from({ length: channels }, () => new Follower());
  return {
    add(block) {
      for (const [channel, plane] of block.channels.entries()) followers[channel]?.add(plane, block.frames);
    },
    result: () => followers.map(({ peak }) => peak),
  };
}

class Follower {
  peak = 0;
  /** The last samples of the previous block, then the samples of this block. */
  #samples = new Float64Array(0);
  #kept = 0;

  add(plane: Float64Array, frames: number): void {
    const count = this.#kept + frames;
    if (this.#samples.length < count) {
      const longer = new Float64Array(count + TAPS);
      longer.set(this.#samples.subarray(0, this.#kept));
      this.#samples = longer;
    }
    this.#samples.set(plane.subarray(0, frames), this.#kept);
    this.#search(count);
    this.#kept = Math.min(count, TAPS - 1);
    this.#samples.copyWithin(0, count - this.#kept, count);
  }

  /** Interpolates at every position that has REACH samples on both sides. */
  #search(count: number): void {
    const samples = this.#samples;
    this.peak = Math.max(this.peak, largest(samples, this.#kept, count));
    const positions = count - TAPS + 1;
    for (let from = 0; from < positions; from += STRETCH) {
      const to = Math.min(positions, from + STRETCH);
      const far = FAR * largest(samples, from, to + TAPS - 1);
      this.peak = highest(samples, { from, to, far, start: this.peak });
    }
  }
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Most that samples further away can add. */
  readonly far: number;
  readonly start: number;
}

/** The larger of `start` and the absolute interpolated values at positions `from` up to `to`. */
function highest(samples: Float64Array, { from, to, far, start }: Stretch): number {
  let most = start;
  for (let at = from; at < to; at += 1) {
    const left = Math.abs(samples[at + REACH - 1] ?? 0);
    const right = Math.abs(samples[at + REACH] ?? 0);
    if (NEAR * Math.max(left, right) + far <= most) continue;
    for (const taps of PHASES) most = Math.max(most, Math.abs(dot(taps, samples, at)));
  }
  return most;
}

function dot(taps: Float64Array, samples: Float64Array, at: number): number {
  let sum = 0;
  for (let k = 0; k < TAPS; k += 1) sum += (taps[k] ?? 0) * (samples[at + k] ?? 0);
  return sum;
}

function largest(samples: Float64Array, from: number, to: number): number {
  let most = 0;
  for (let i = from; i < to; i += 1) {
    const size = Math.abs(samples[i] ?? 0);
    if (size > most) most = size;
  }
  return most;
}

/** Taps that give the value `at` (0..1) of the way from sample REACH - 1 to sample REACH: sinc, Kaiser window. */
function interpolator(at: number): Float64Array {
  const taps = Float64Array.from({ length: TAPS }, (_, k) => {
    const x = k - (REACH - 1) - at;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return sinc * kaiser(x / REACH);
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

function sizeOf(taps: Float64Array): number {
  return taps.reduce((sum, tap) => sum + Math.abs(tap), 0);
}

function kaiser(x: number): number {
  const beta = 5;
  return besselI0(beta * Math.sqrt(Math.max(0, 1 - x * x))) / besselI0(beta);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 40; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
