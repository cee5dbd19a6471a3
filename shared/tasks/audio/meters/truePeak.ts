import type { Meter } from "../blocks.ts";

/** Number of samples on each side that contribute to one interpolated value. */
const REACH = 12;
const TAPS = 2 * REACH;
/** Taps for the position a quarter of the way from one sample to the next; three quarters has them in reverse. */
const QUARTER = interpolator(1 / 4);
/** Taps for the position in the middle; its second half is the first in reverse. */
const MIDDLE = interpolator(2 / 4);
/** The part of QUARTER that is the same in reverse, and the part that has the other sign. */
const EVEN = QUARTER.map((tap, k) => (tap + (QUARTER[TAPS - 1 - k] ?? 0)) / 2);
const ODD = QUARTER.map((tap, k) => (tap - (QUARTER[TAPS - 1 - k] ?? 0)) / 2);
/**
 * Highest sum of the weights of the two samples next to a position, and of those of all others. With these bounds
 * the meter skips most positions, because their values cannot exceed the peak so far.
 */
const NEAR = Math.max(nearOf(QUARTER), nearOf(MIDDLE));
const FAR = Math.max(sizeOf(QUARTER), sizeOf(MIDDLE)) - Math.min(nearOf(QUARTER), nearOf(MIDDLE));
/** Number of positions that share one bound of their far samples; more than TAPS. */
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
    let own = largest(samples, 0, Math.min(count, STRETCH));
    for (let from = 0; from < positions; from += STRETCH) {
      const to = Math.min(positions, from + STRETCH);
      const next = largest(samples, from + STRETCH, Math.min(count, from + 2 * STRETCH));
      const most = Math.max(own, next);
      own = next;
      if ((NEAR + FAR) * most > this.peak)
        this.peak = highest(samples, { from, to, far: FAR * most, start: this.peak });
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
    if (NEAR * Math.max(left, right) + far > most) most = Math.max(most, interpolated(samples, at));
  }
  return most;
}

/** The largest absolute value at the three positions, in one pass: sums and differences of samples serve all of them. */
function interpolated(samples: Float64Array, at: number): number {
  let middle = 0;
  let even = 0;
  let odd = 0;
  for (let k = 0; k < REACH; k += 1) {
    const left = samples[at + k] ?? 0;
    const right = samples[at + TAPS - 1 - k] ?? 0;
    middle += (MIDDLE[k] ?? 0) * (left + right);
    even += (EVEN[k] ?? 0) * (left + right);
    odd += (ODD[k] ?? 0) * (left - right);
  }
  // The larger of |even + odd| and |even - odd|.
  return Math.max(Math.abs(middle), Math.abs(even) + Math.abs(odd));
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

function nearOf(taps: Float64Array): number {
  return sizeOf(taps.subarray(REACH - 1, REACH + 1));
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
