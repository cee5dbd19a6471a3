import { type BitReader, NO_FRAME } from "./bits.ts";
import { readResiduals } from "./residuals.ts";

/** Coefficients of the fixed predictors by their order. */
const FIXED = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]] as const;

/** Room for the samples of a channel of one frame. */
export interface Room {
  readonly ints: Int32Array;
  readonly doubles: Float64Array;
}

interface Prediction {
  readonly size: number;
  readonly bits: number;
  readonly isWide: boolean;
  readonly coefficients: readonly number[];
  /** Bits of a coefficient. */
  readonly precision: number;
  readonly shift: number;
}

/** Reads the samples of a channel (RFC 9639, 9.2) into its room. @throws NO_FRAME, OUT_OF_BYTES */
export function readSubframe(
  reader: BitReader,
  { size, bits }: { readonly size: number; readonly bits: number },
  room: Room,
): Int32Array | Float64Array {
  if (reader.read(1) !== 0) throw NO_FRAME;
  const kind = reader.read(6);
  const wasted = reader.read(1) === 0 ? 0 : reader.unary() + 1;
  if (wasted >= bits) throw NO_FRAME;
  const samples = readSamples(reader, { size, bits: bits - wasted, kind, isWide: bits > 32 }, room);
  if (wasted > 0) for (let i = 0; i < size; i += 1) samples[i] = (samples[i] ?? 0) * 2 ** wasted;
  return samples;
}

interface Stored {
  readonly size: number;
  /** Bits of a stored sample. */
  readonly bits: number;
  readonly kind: number;
  /** Whether samples may have 33 bits, with those that are not stored. */
  readonly isWide: boolean;
}

function readSamples(reader: BitReader, stored: Stored, room: Room): Int32Array | Float64Array {
  const { size, bits, kind, isWide } = stored;
  const plain = isWide ? room.doubles : room.ints;
  if (kind === 0) return plain.fill(reader.signed(bits), 0, size);
  if (kind === 1) {
    for (let i = 0; i < size; i += 1) plain[i] = reader.signed(bits);
    return plain;
  }
  const fixed = kind >= 8 && kind < 16 ? FIXED[kind - 8] : undefined;
  if (fixed !== undefined) {
    checkOrder(fixed.length, size);
    const first = readFirst(reader, fixed.length, bits);
    return restore(reader, { first, size, bits, isWide, coefficients: fixed, precision: 4, shift: 0 }, room);
  }
  if (kind < 32) throw NO_FRAME;
  return readLinear(reader, stored, room);
}

function readLinear(reader: BitReader, stored: Stored, room: Room): Int32Array | Float64Array {
  const { size, bits, kind, isWide } = stored;
  const order = kind - 31;
  checkOrder(order, size);
  const first = readFirst(reader, order, bits);
  const precision = reader.read(4) + 1;
  const shift = reader.signed(5);
  if (precision === 16 || shift < 0) throw NO_FRAME;
  const coefficients = Array.from({ length: order }, () => reader.signed(precision));
  return restore(reader, { first, size, bits, isWide, coefficients, precision, shift }, room);
}

function checkOrder(order: number, size: number): void {
  if (order > size) throw NO_FRAME;
}

function readFirst(reader: BitReader, order: number, bits: number): number[] {
  return Array.from({ length: order }, () => reader.signed(bits));
}

/** Adds the predictions to the residuals; in integers of 32 bits where no sum can leave them. */
function restore(
  reader: BitReader,
  prediction: Prediction & { readonly first: readonly number[] },
  { ints, doubles }: Room,
): Int32Array | Float64Array {
  const { first, size, bits, coefficients, precision } = prediction;
  readResiduals(reader, { order: first.length, size }, ints);
  const isNarrow = !prediction.isWide && bits + precision + Math.ceil(Math.log2(first.length + 1)) <= 32;
  if (isNarrow) {
    ints.set(first);
    predictInts(ints, Int32Array.from(coefficients), prediction);
    return ints;
  }
  for (let i = first.length; i < size; i += 1) doubles[i] = ints[i] ?? 0;
  doubles.set(first);
  predictDoubles(doubles, Float64Array.from(coefficients), prediction);
  return doubles;
}

function predictInts(samples: Int32Array, taps: Int32Array, { size, shift }: Prediction): void {
  const order = taps.length;
  for (let i = order; i < size; i += 1) {
    let sum = 0;
    for (let k = 0; k < order; k += 1) sum = (sum + Math.imul(taps[k] ?? 0, samples[i - 1 - k] ?? 0)) | 0;
    samples[i] = (samples[i] ?? 0) + (sum >> shift);
  }
}

/** Sums stay below 2^53: 32 products of a sample of 33 bits and a coefficient of 15. */
function predictDoubles(samples: Float64Array, taps: Float64Array, { size, shift }: Prediction): void {
  const order = taps.length;
  const scale = 2 ** -shift;
  for (let i = order; i < size; i += 1) {
    let sum = 0;
    for (let k = 0; k < order; k += 1) sum += (taps[k] ?? 0) * (samples[i - 1 - k] ?? 0);
    samples[i] = (samples[i] ?? 0) + Math.floor(sum * scale);
  }
}
