/**
 * The K-weighting of ITU-R BS.1770-4: a high shelf for the head, then a high pass. The standard gives
 * coefficients for 48 kHz; these are the analogue prototypes behind them (as in libebur128), by the bilinear
 * transform at any rate. At 48 kHz they equal the standard's to 1e-9.
 */
export class KWeighting {
  readonly #shelf: Biquad;
  readonly #highPass: Biquad;

  constructor(sampleRate: number) {
    this.#shelf = new Biquad(shelf(sampleRate));
    this.#highPass = new Biquad(highPass(sampleRate));
  }

  /** Filters the samples from `from` up to `to`; returns the sum of the squares of the filtered samples. */
  energy(samples: Float64Array, from: number, to: number): number {
    const shelf = this.#shelf;
    const highPass = this.#highPass;
    let sum = 0;
    for (let i = from; i < to; i += 1) {
      const y = highPass.next(shelf.next(samples[i] ?? 0));
      sum += y * y;
    }
    shelf.settle();
    highPass.settle();
    return sum;
  }
}

/** Lowest sample rate; below it the shelf's corner (1,682 Hz) is too close to the highest frequency. */
export const LOWEST_RATE = 4_000;

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

function highPass(sampleRate: number): Coefficients {
  const q = 0.5003270373238773;
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRate);
  const a0 = 1 + k / q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

/** A second-order filter in transposed direct form II. */
class Biquad {
  readonly #c: Coefficients;
  #s1 = 0;
  #s2 = 0;

  constructor(coefficients: Coefficients) {
    this.#c = coefficients;
  }

  next(x: number): number {
    const { b0, b1, b2, a1, a2 } = this.#c;
    const y = b0 * x + this.#s1;
    this.#s1 = b1 * x - a1 * y + this.#s2;
    this.#s2 = b2 * x - a2 * y;
    return y;
  }

  /** Sets tiny values to 0: in silence the state becomes denormal, and such numbers are many times slower. */
  settle(): void {
    if (Math.abs(this.#s1) < 1e-25) this.#s1 = 0;
    if (Math.abs(this.#s2) < 1e-25) this.#s2 = 0;
  }
}
