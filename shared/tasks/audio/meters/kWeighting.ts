/**
 * The K-weighting of ITU-R BS.1770-4: a high shelf for the head, then a high pass. The standard gives
 * coefficients for 48 kHz; these are the analogue prototypes behind them (as in libebur128), by the bilinear
 * transform at any rate. At 48 kHz they equal the standard's to 1e-9.
 */
export class KWeighting {
  readonly #shelf: Coefficients;
  readonly #highPass: ReturnType<typeof highPass>;
  /** The two states of each filter, in transposed direct form II. */
  readonly #states = new Float64Array(4);

  constructor(sampleRate: number) {
    this.#shelf = shelf(sampleRate);
    this.#highPass = highPass(sampleRate);
  }

  /** Filters the samples from `from` up to `to`; returns the sum of the squares of the filtered samples. */
  energy(samples: Float64Array, from: number, to: number): number {
    const { b0, b1, b2, a1, a2 } = this.#shelf;
    const { b1: c1, b2: c2, a1: d1, a2: d2 } = this.#highPass;
    let [s1 = 0, s2 = 0, t1 = 0, t2 = 0] = this.#states;
    let sum = 0;
    for (let i = from; i < to; i += 1) {
      const x = samples[i] ?? 0;
      const y = b0 * x + s1;
      s1 = b1 * x - a1 * y + s2;
      s2 = b2 * x - a2 * y;
      const z = y + t1;
      t1 = c1 * y - d1 * z + t2;
      t2 = c2 * y - d2 * z;
      sum += z * z;
    }
    this.#states.set([settled(s1), settled(s2), settled(t1), settled(t2)]);
    return sum;
  }
}

/** Tiny values become 0: in silence a state becomes denormal, and such numbers are many times slower. */
function settled(state: number): number {
  return Math.abs(state) < 1e-25 ? 0 : state;
}

/** Lowest sample rate; below it the shelf's corner (1,682 Hz) is too close to the highest frequency. */
export const LOWEST_RATE = 4_000;

/** A second-order filter. */
interface Coefficients {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

function shelf(sampleRate: number): Coefficients {
  const q = 0.7071752369554196;
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRate);
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}

/** Its b0 is 1. */
function highPass(sampleRate: number): Omit<Coefficients, "b0"> {
  const q = 0.5003270373238773;
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRate);
  const a0 = 1 + k / q + k * k;
  return { b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}
