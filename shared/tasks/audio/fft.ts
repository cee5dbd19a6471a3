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
      const w1r = at(cosines, first);
      const w1i = at(sines, first);
      const w2r = at(cosines, 2 * first);
      const w2i = at(sines, 2 * first);
      const w3r = at(cosines, 3 * first);
      const w3i = at(sines, 3 * first);
      for (let i = first, to = 4 * first; i < first + stride; i += 1, to += 1) {
        const aR = at(xr, i);
        const aI = at(xi, i);
        const bR = at(xr, i + quarter);
        const bI = at(xi, i + quarter);
        const cR = at(xr, i + 2 * quarter);
        const cI = at(xi, i + 2 * quarter);
        const dR = at(xr, i + 3 * quarter);
        const dI = at(xi, i + 3 * quarter);
        yr[to] = aR + cR + (bR + dR);
        yi[to] = aI + cI + (bI + dI);
        const e1R = aR - cR + (bI - dI);
        const e1I = aI - cI - (bR - dR);
        const e2R = aR + cR - (bR + dR);
        const e2I = aI + cI - (bI + dI);
        const e3R = aR - cR - (bI - dI);
        const e3I = aI - cI + (bR - dR);
        yr[to + stride] = w1r * e1R - w1i * e1I;
        yi[to + stride] = w1r * e1I + w1i * e1R;
        yr[to + 2 * stride] = w2r * e2R - w2i * e2I;
        yi[to + 2 * stride] = w2r * e2I + w2i * e2R;
        yr[to + 3 * stride] = w3r * e3R - w3i * e3I;
        yi[to + 3 * stride] = w3r * e3I + w3i * e3R;
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
