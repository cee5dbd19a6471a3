import { bitsFor, type PacketBits } from "./bits.ts";
import type { Codebook } from "./codebook.ts";
import { corruptHead, excessiveHead } from "./faults.ts";
import type { Floor } from "./floor.ts";

interface Floor0Setup {
  readonly order: number;
  /** Sample rate of the scale of frequencies. */
  readonly rate: number;
  /** Number of steps of that scale. */
  readonly steps: number;
  readonly amplitudeBits: number;
  /** In dB. */
  readonly amplitudeOffset: number;
  readonly books: readonly Codebook[];
}

/** Most factors of an envelope; encoders took 30 coefficients at 256 steps. */
const MOST_FACTORS = 2 ** 16;
/** dB to the natural logarithm of an amplitude, as the specification has it. */
const DECIBEL = 0.115_129_25;

/** Reads a floor 0 of the setup: line spectral pairs (Vorbis I, 6). @throws FileError `corrupt_file`, `too_large` */
export function readFloor0(bits: PacketBits, books: readonly Codebook[]): Floor {
  const [order, rate, steps] = [bits.read(8), bits.read(16), bits.read(16)];
  const [amplitudeBits, amplitudeOffset] = [bits.read(6), bits.read(8)];
  const named = Array.from({ length: bits.read(4) + 1 }, () => books[bits.read(8)]);
  const used = named.flatMap((book) => (book?.vectors === undefined ? [] : [book]));
  if (used.length < named.length || bits.isOver) throw corruptHead("names a codebook that it has not");
  if (order === 0 || rate === 0 || steps === 0 || amplitudeBits > 32)
    throw corruptHead("has an envelope that cannot be");
  if (order * steps > MOST_FACTORS) throw excessiveHead(`an envelope of ${order} times ${steps} factors`);
  return new Floor0({ order, rate, steps, amplitudeBits, amplitudeOffset, books: used });
}

class Floor0 implements Floor {
  readonly #setup: Floor0Setup;
  /** Cosines of the coefficients. */
  readonly #cosines: Float64Array;
  readonly #scales = new Map<number, Int32Array>();

  constructor(setup: Floor0Setup) {
    this.#setup = setup;
    this.#cosines = new Float64Array(setup.order);
  }

  read(bits: PacketBits, curve: Float64Array): boolean {
    const { amplitudeBits, books } = this.#setup;
    const amplitude = bits.read(amplitudeBits);
    if (amplitude === 0) return false;
    const book = books[bits.read(bitsFor(books.length))];
    if (book === undefined || !this.#readCosines(bits, book)) return false;
    this.#draw(amplitude, curve);
    return true;
  }

  /** @returns false if the packet ends before */
  #readCosines(bits: PacketBits, { code, dimensions, vectors = new Float32Array(0) }: Codebook): boolean {
    let before = 0;
    for (let at = 0; at < this.#cosines.length; ) {
      const entry = code.next(bits);
      if (entry < 0) return false;
      let coefficient = before;
      for (let i = 0; i < dimensions; i += 1, at += 1) {
        coefficient = before + (vectors[entry * dimensions + i] ?? 0);
        // Behind the last one the array ignores what is set.
        this.#cosines[at] = Math.cos(coefficient);
      }
      before = coefficient;
    }
    return true;
  }

  #draw(amplitude: number, curve: Float64Array): void {
    const { amplitudeBits, amplitudeOffset, steps } = this.#setup;
    const scale = this.#scaleOf(curve.length);
    const highest = (amplitude * amplitudeOffset) / (2 ** amplitudeBits - 1);
    let [step, value] = [-1, 0];
    for (let i = 0; i < curve.length; i += 1) {
      const next = scale[i] ?? 0;
      if (next !== step) {
        step = next;
        const size = Math.sqrt(this.#product(Math.cos((Math.PI * step) / steps)));
        value = Math.exp(DECIBEL * (highest / size - amplitudeOffset));
      }
      curve[i] = value;
    }
  }

  /** Square of the size of the filter of line spectral pairs at a frequency. */
  #product(cosine: number): number {
    const { order } = this.#setup;
    const isOdd = order % 2 === 1;
    let p = isOdd ? 1 - cosine * cosine : (1 - cosine) / 2;
    let q = isOdd ? 0.25 : (1 + cosine) / 2;
    for (let i = 0; i < order; i += 1) {
      const factor = 4 * ((this.#cosines[i] ?? 0) - cosine) ** 2;
      if (i % 2 === 1) p *= factor;
      else q *= factor;
    }
    return p + q;
  }

  /** For each place of a spectrum of a length its step on the scale of Bark. */
  #scaleOf(length: number): Int32Array {
    const known = this.#scales.get(length);
    if (known !== undefined) return known;
    const { rate, steps } = this.#setup;
    const factor = steps / bark(rate / 2);
    const scale = Int32Array.from({ length }, (_, i) =>
      Math.min(steps - 1, Math.floor(bark((rate * i) / (2 * length)) * factor)),
    );
    this.#scales.set(length, scale);
    return scale;
  }
}

function bark(frequency: number): number {
  return (
    13.1 * Math.atan(0.000_74 * frequency) +
    2.24 * Math.atan(0.000_000_018_5 * frequency * frequency) +
    0.000_1 * frequency
  );
}
