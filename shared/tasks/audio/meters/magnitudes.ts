import { type Complex, ComplexFft } from "../fft.ts";

/** Sums over the bins of a spectrum of magnitude times distance from the pivot, to the powers 0, 1 and 2. */
interface Moments {
  readonly total: number;
  readonly first: number;
  readonly second: number;
}

/**
 * Magnitudes of the spectrum of `size` real samples (a power of 2) under a periodic Hann window. Two neighbours are one
 * complex number, so that the transform has half the length.
 */
export class MagnitudeSpectrum {
  /** Bins 0 to `size / 2` of the last transform. */
  readonly values: Float64Array;
  readonly #fft: ComplexFft;
  /** Half the Hann window, which saves the halves of `#unfold`. */
  readonly #window: Float64Array;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;

  constructor(size: number) {
    const angles = Float64Array.from({ length: size }, (_, i) => (2 * Math.PI * i) / size);
    this.values = new Float64Array(size / 2 + 1);
    this.#fft = new ComplexFft(size / 2);
    this.#window = angles.map((angle) => 0.25 - 0.25 * Math.cos(angle));
    this.#cosines = angles.map(Math.cos);
    this.#sines = angles.map((angle) => -Math.sin(angle));
  }

  /** Fills `values`. @param pivot a bin near the centroid, around which the sums are exact */
  transform(samples: Float64Array, pivot: number): Moments {
    const window = this.#window;
    const { real, imaginary } = this.#fft.input;
    const { length } = real;
    for (let i = 0; i < length; i += 1) {
      real[i] = at(samples, 2 * i) * at(window, 2 * i);
      imaginary[i] = at(samples, 2 * i + 1) * at(window, 2 * i + 1);
    }
    return this.#unfold(this.#fft.transform(), pivot);
  }

  /** The spectrum of the samples from that of the complex numbers: bins k and `length - k` at a time. */
  #unfold({ real, imaginary }: Complex, pivot: number): Moments {
    const [cosines, sines, values] = [this.#cosines, this.#sines, this.values];
    const length = real.length;
    const lowest = 2 * Math.abs(at(real, 0) + at(imaginary, 0));
    const middle = 2 * Math.hypot(at(real, length / 2), at(imaginary, length / 2));
    const highest = 2 * Math.abs(at(real, 0) - at(imaginary, 0));
    values[0] = lowest;
    values[length / 2] = middle;
    values[length] = highest;
    const [toMiddle, toHighest] = [length / 2 - pivot, length - pivot];
    let total = lowest + middle + highest;
    let first = middle * toMiddle + highest * toHighest - lowest * pivot;
    let second = middle * toMiddle ** 2 + highest * toHighest ** 2 + lowest * pivot ** 2;
    for (let k = 1, m = length - 1; k < m; k += 1, m -= 1) {
      const evenR = at(real, k) + at(real, m);
      const evenI = at(imaginary, k) - at(imaginary, m);
      const oddR = at(imaginary, k) + at(imaginary, m);
      const oddI = at(real, m) - at(real, k);
      const turnedR = at(cosines, k) * oddR - at(sines, k) * oddI;
      const turnedI = at(cosines, k) * oddI + at(sines, k) * oddR;
      const low = Math.sqrt((evenR + turnedR) ** 2 + (evenI + turnedI) ** 2);
      const high = Math.sqrt((evenR - turnedR) ** 2 + (evenI - turnedI) ** 2);
      values[k] = low;
      values[m] = high;
      total += low + high;
      const fromLow = low * (k - pivot);
      const fromHigh = high * (m - pivot);
      first += fromLow + fromHigh;
      second += fromLow * (k - pivot) + fromHigh * (m - pivot);
    }
    return { total, first, second };
  }
}

function at(numbers: Float64Array, index: number): number {
  return numbers[index] ?? 0;
}
