import { ComplexFft } from "../fft.ts";

/**
 * DCT-IV of a power of 2 numbers: X[n] = sum of x[k] cos(pi / M (n + 1/2)(k + 1/2)). The inverse MDCT of Vorbis is X,
 * mirrored to twice its length.
 */
export class CosineTransform {
  readonly #fft: ComplexFft;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;

  constructor(length: number) {
    const half = length / 2;
    const angle = (at: number) => (Math.PI * (at + 1 / 8)) / length;
    this.#fft = new ComplexFft(half);
    this.#cosines = Float64Array.from({ length: half }, (_, at) => Math.cos(angle(at)));
    this.#sines = Float64Array.from({ length: half }, (_, at) => -Math.sin(angle(at)));
  }

  /** Pairs of numbers from both ends are complex numbers, turned before and behind a Fourier transform of half the length. */
  transform(input: Float64Array, output: Float64Array): void {
    const { input: numbers } = this.#fft;
    const half = numbers.real.length;
    for (let at = 0; at < half; at += 1) {
      const [re, im] = [input[2 * at] ?? 0, input[2 * (half - at) - 1] ?? 0];
      const [cosine, sine] = [this.#cosines[at] ?? 0, this.#sines[at] ?? 0];
      numbers.real[at] = re * cosine - im * sine;
      numbers.imaginary[at] = re * sine + im * cosine;
    }
    const { real, imaginary } = this.#fft.transform();
    for (let at = 0; at < half; at += 1) {
      const [re, im] = [real[at] ?? 0, imaginary[at] ?? 0];
      const [cosine, sine] = [this.#cosines[at] ?? 0, this.#sines[at] ?? 0];
      output[2 * at] = re * cosine - im * sine;
      output[2 * (half - at) - 1] = -(re * sine + im * cosine);
    }
  }
}
