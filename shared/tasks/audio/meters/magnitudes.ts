import { ComplexFft } from "../fft.ts";

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

  transform(samples: Float64Array): void {
    const window = this.#window;
    const { real, imaginary } = this.#fft.input;
    for (let i = 0; i < real.length; i += 1) {
      real[i] = (samples[2 * i] ?? 0) * (window[2 * i] ?? 0);
      imaginary[i] = (samples[2 * i + 1] ?? 0) * (window[2 * i + 1] ?? 0);
    }
    this.#unfold();
  }

  /** The spectrum of the samples from that of the complex numbers: bins k and `length - k` at a time. */
  #unfold(): void {
    const { real, imaginary } = this.#fft.transform();
    const [cosines, sines, values] = [this.#cosines, this.#sines, this.values];
    const length = real.length;
    values[0] = 2 * Math.abs(at(real, 0) + at(imaginary, 0));
    values[length] = 2 * Math.abs(at(real, 0) - at(imaginary, 0));
    for (let k = 1, m = length - 1; k <= m; k += 1, m -= 1) {
      const evenR = at(real, k) + at(real, m);
      const evenI = at(imaginary, k) - at(imaginary, m);
      const oddR = at(imaginary, k) + at(imaginary, m);
      const oddI = at(real, m) - at(real, k);
      const turnedR = at(cosines, k) * oddR - at(sines, k) * oddI;
      const turnedI = at(cosines, k) * oddI + at(sines, k) * oddR;
      values[k] = Math.sqrt((evenR + turnedR) ** 2 + (evenI + turnedI) ** 2);
      values[m] = Math.sqrt((evenR - turnedR) ** 2 + (evenI - turnedI) ** 2);
    }
  }
}

function at(numbers: Float64Array, index: number): number {
  return numbers[index] ?? 0;
}
