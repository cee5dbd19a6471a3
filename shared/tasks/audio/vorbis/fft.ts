/** Fourier transform of complex numbers in two arrays, in place; the length is a power of 2. */
export class ComplexFft {
  /** Place where each number is put before the transform. */
  readonly places: Uint32Array;
  readonly #length: number;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;

  constructor(length: number) {
    const bits = Math.log2(length);
    this.#length = length;
    this.places = Uint32Array.from({ length }, (_, at) => reversed(at, bits));
    this.#cosines = Float64Array.from({ length: length / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / length));
    this.#sines = Float64Array.from({ length: length / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / length));
  }

  transform(real: Float64Array, imaginary: Float64Array): void {
    for (let half = 1; half < this.#length; half *= 2) this.#step(real, imaginary, half);
  }

  /** Joins transforms of `half` numbers to ones of twice the length (Cooley and Tukey, radix 2). */
  #step(real: Float64Array, imaginary: Float64Array, half: number): void {
    const [cosines, sines, count] = [this.#cosines, this.#sines, this.#length / 2];
    const turn = count / half;
    for (let i = 0; i < count; i += 1) {
      const first = i & (half - 1);
      const at = 2 * i - first;
      const other = at + half;
      const cosine = cosines[first * turn] ?? 0;
      const sine = sines[first * turn] ?? 0;
      const otherRe = real[other] ?? 0;
      const otherIm = imaginary[other] ?? 0;
      const turnedRe = otherRe * cosine - otherIm * sine;
      const turnedIm = otherRe * sine + otherIm * cosine;
      const re = real[at] ?? 0;
      const im = imaginary[at] ?? 0;
      real[other] = re - turnedRe;
      imaginary[other] = im - turnedIm;
      real[at] = re + turnedRe;
      imaginary[at] = im + turnedIm;
    }
  }
}

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let i = 0; i < bits; i += 1) result = (result << 1) | ((value >>> i) & 1);
  return result;
}
