/** Complex numbers in two arrays. */
export interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Fourier transform of complex numbers; the length is a power of 2. */
export class ComplexFft {
  /** To be filled before each transform, which overwrites it. */
  readonly input: Complex;
  readonly #other: Complex;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;

  constructor(length: number) {
    this.input = zeros(length);
    this.#other = zeros(length);
    this.#cosines = Float64Array.from({ length }, (_, i) => Math.cos((2 * Math.PI * i) / length));
    this.#sines = Float64Array.from({ length }, (_, i) => -Math.sin((2 * Math.PI * i) / length));
  }

  /** The transform of `input`, valid until that is filled again (T. G. Stockham's order, passes of radix 4). */
  transform(): Complex {
    let [from, to] = [this.input, this.#other];
    let stride = 1;
    for (let length = from.real.length; length > 1; length /= 4) {
      if (length === 2) joinPairs(from, to);
      else this.#joinFours(from, to, stride);
      [from, to] = [to, from];
      stride *= 4;
    }
    return from;
  }

  /** Takes four numbers a quarter of the length apart, for `stride` sequences side by side. */
  #joinFours(
    { real: xr, imaginary: xi }: Complex,
    { real: yr, imaginary: yi }: Complex,
    stride: number,
  ): void {
    const [cosines, sines] = [this.#cosines, this.#sines];
    const quarter = xr.length / 4;
    for (let first = 0; first < quarter; first += stride) {
      const [w1r, w1i] = [at(cosines, first), at(sines, first)];
      const [w2r, w2i] = [at(cosines, 2 * first), at(sines, 2 * first)];
      const [w3r, w3i] = [at(cosines, 3 * first), at(sines, 3 * first)];
      for (let i = first, to = 4 * first; i < first + stride; i += 1, to += 1) {
        const sumR = at(xr, i) + at(xr, i + 2 * quarter);
        const sumI = at(xi, i) + at(xi, i + 2 * quarter);
        const gapR = at(xr, i) - at(xr, i + 2 * quarter);
        const gapI = at(xi, i) - at(xi, i + 2 * quarter);
        const oddSumR = at(xr, i + quarter) + at(xr, i + 3 * quarter);
        const oddSumI = at(xi, i + quarter) + at(xi, i + 3 * quarter);
        const oddGapR = at(xr, i + quarter) - at(xr, i + 3 * quarter);
        const oddGapI = at(xi, i + quarter) - at(xi, i + 3 * quarter);
        yr[to] = sumR + oddSumR;
        yi[to] = sumI + oddSumI;
        yr[to + stride] = w1r * (gapR + oddGapI) - w1i * (gapI - oddGapR);
        yi[to + stride] = w1r * (gapI - oddGapR) + w1i * (gapR + oddGapI);
        yr[to + 2 * stride] = w2r * (sumR - oddSumR) - w2i * (sumI - oddSumI);
        yi[to + 2 * stride] = w2r * (sumI - oddSumI) + w2i * (sumR - oddSumR);
        yr[to + 3 * stride] = w3r * (gapR - oddGapI) - w3i * (gapI + oddGapR);
        yi[to + 3 * stride] = w3r * (gapI + oddGapR) + w3i * (gapR - oddGapI);
      }
    }
  }
}

/** The last pass for lengths that are no power of 4. */
function joinPairs({ real: xr, imaginary: xi }: Complex, { real: yr, imaginary: yi }: Complex): void {
  const half = xr.length / 2;
  for (let i = 0; i < half; i += 1) {
    yr[i] = at(xr, i) + at(xr, i + half);
    yi[i] = at(xi, i) + at(xi, i + half);
    yr[i + half] = at(xr, i) - at(xr, i + half);
    yi[i + half] = at(xi, i) - at(xi, i + half);
  }
}

function at(numbers: Float64Array, index: number): number {
  return numbers[index] ?? 0;
}

function zeros(length: number): Complex {
  return { real: new Float64Array(length), imaginary: new Float64Array(length) };
}
