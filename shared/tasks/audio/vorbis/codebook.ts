import { bitsFor, type PacketBits } from "./bits.ts";
import { corruptHead, excessiveHead } from "./faults.ts";
import { HuffmanCode } from "./huffman.ts";

/** A code for numbers, with a vector for each number where it has vectors (Vorbis I, 3). */
export interface Codebook {
  readonly code: HuffmanCode;
  /** Length of a vector. */
  readonly dimensions: number;
  /** The vectors one after the other; undefined for a code of numbers alone. */
  readonly vectors: Float32Array | undefined;
}

/** What the codebooks of a stream may have together; those of libvorbis have a hundredth of it. */
const MOST = { entries: 2 ** 20, values: 2 ** 22, dimensions: 64 };
const SYNC = 0x56_43_42;
const LONGEST_CODE = 32;

/** Reads the codebooks of the setup. @throws FileError `corrupt_file`, `too_large` */
export function readCodebooks(bits: PacketBits): readonly Codebook[] {
  const room = { entries: MOST.entries, values: MOST.values };
  return Array.from({ length: bits.read(8) + 1 }, () => readCodebook(bits, room));
}

interface Shape {
  readonly dimensions: number;
  readonly entries: number;
}

function readCodebook(bits: PacketBits, room: { entries: number; values: number }): Codebook {
  if (bits.read(24) !== SYNC) throw corruptHead("has a codebook without its mark");
  const shape = { dimensions: bits.read(16), entries: bits.read(24) };
  if (shape.dimensions === 0 || shape.entries === 0) throw corruptHead("has a codebook that is empty");
  room.entries -= shape.entries;
  if (room.entries < 0) throw excessiveHead(`codebooks of more than ${MOST.entries} entries`);
  const code = new HuffmanCode(readLengths(bits, shape.entries));
  const lookup = bits.read(4);
  if (bits.isOver || lookup > 2) throw corruptHead("has a codebook that is damaged");
  if (shape.dimensions > MOST.dimensions)
    throw excessiveHead(`a codebook of ${shape.dimensions} dimensions; at most ${MOST.dimensions} are read`);
  if (lookup === 0) return { code, dimensions: shape.dimensions, vectors: undefined };
  room.values -= shape.entries * shape.dimensions;
  if (room.values < 0) throw excessiveHead(`codebooks of more than ${MOST.values} numbers`);
  return { code, dimensions: shape.dimensions, vectors: readVectors(bits, shape, lookup) };
}

/** Bits of the code of each entry; 0 for one without a code. */
function readLengths(bits: PacketBits, entries: number): Uint8Array {
  if (bits.flag()) return readOrdered(bits, entries);
  const isSparse = bits.flag();
  if (bits.left < entries * (isSparse ? 1 : 5)) throw corruptHead("ends in a codebook");
  return Uint8Array.from({ length: entries }, () => (!isSparse || bits.flag() ? bits.read(5) + 1 : 0));
}

/** Entries in the order of their lengths, for each length how many there are. */
function readOrdered(bits: PacketBits, entries: number): Uint8Array {
  const lengths = new Uint8Array(entries);
  let length = bits.read(5) + 1;
  for (let at = 0; at < entries; length += 1) {
    const count = bits.read(bitsFor(entries - at));
    if (bits.isOver || length > LONGEST_CODE || count > entries - at)
      throw corruptHead("has a codebook whose lengths cannot be");
    lengths.fill(length, at, at + count);
    at += count;
  }
  return lengths;
}

function readVectors(bits: PacketBits, shape: Shape, lookup: number): Float32Array {
  const [least, step] = [floatOf(bits.read(32)), floatOf(bits.read(32))];
  const width = bits.read(4) + 1;
  const isSum = bits.flag();
  const isGrid = lookup === 1;
  const count = isGrid ? gridSide(shape) : shape.entries * shape.dimensions;
  if (bits.left < count * width) throw corruptHead("ends in a codebook");
  const values = Float64Array.from({ length: count }, () => bits.read(width) * step + least);
  return vectorsOf(shape, values, { isGrid, isSum });
}

/** @param how `isGrid`: each number of a vector takes all values; `isSum`: it is added to the one before */
function vectorsOf(
  { dimensions, entries }: Shape,
  values: Float64Array,
  { isGrid, isSum }: { readonly isGrid: boolean; readonly isSum: boolean },
): Float32Array {
  const vectors = new Float32Array(entries * dimensions);
  for (let entry = 0; entry < entries; entry += 1) {
    let [before, rest] = [0, entry];
    for (let i = 0, at = entry * dimensions; i < dimensions; i += 1, at += 1) {
      const value = (values[isGrid ? rest % values.length : at] ?? 0) + before;
      rest = Math.floor(rest / values.length);
      vectors[at] = value;
      if (isSum) before = value;
    }
  }
  return vectors;
}

/** The largest number whose power of the dimensions is no more than the entries. */
function gridSide({ dimensions, entries }: Shape): number {
  let side = Math.floor(entries ** (1 / dimensions)) + 1;
  while (side ** dimensions > entries) side -= 1;
  return side;
}

/** A float of Vorbis: 21 bits of mantissa, 10 bits of exponent, sign. */
function floatOf(word: number): number {
  const mantissa = word & 0x1f_ffff;
  return (word >>> 31 === 1 ? -mantissa : mantissa) * 2 ** (((word >>> 21) & 0x3ff) - 788);
}
