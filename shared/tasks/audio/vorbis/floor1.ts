import { bitsFor, type PacketBits } from "./bits.ts";
import type { Codebook } from "./codebook.ts";
import { corruptHead } from "./faults.ts";
import type { Floor } from "./floor.ts";
import { neighboursOf, pointOn, SegmentCurve } from "./segments.ts";

interface PartitionClass {
  readonly dimensions: number;
  readonly subclassBits: number;
  /** Tells the books of the numbers; undefined with one subclass alone. */
  readonly master: Codebook | undefined;
  /** undefined for numbers that are 0. */
  readonly books: readonly (Codebook | undefined)[];
}

const MOST_POINTS = 65;
const RANGES = [256, 128, 86, 64] as const;

/** Reads a floor 1 of the setup: an envelope of line segments (Vorbis I, 7). @throws FileError `corrupt_file` */
export function readFloor1(bits: PacketBits, books: readonly Codebook[]): Floor {
  const partitions = Array.from({ length: bits.read(5) }, () => bits.read(4));
  const classes = Array.from({ length: Math.max(-1, ...partitions) + 1 }, () => readClass(bits, books));
  const multiplier = bits.read(2) + 1;
  const width = bits.read(4);
  const used = partitions.flatMap((at) => classes[at] ?? []);
  const points = [0, 2 ** width];
  for (const { dimensions } of used) for (let i = 0; i < dimensions; i += 1) points.push(bits.read(width));
  if (bits.isOver || points.length > MOST_POINTS || new Set(points).size < points.length)
    throw corruptHead("has an envelope whose points cannot be");
  return new Floor1({ partitions: used, points, multiplier });
}

function readClass(bits: PacketBits, books: readonly Codebook[]): PartitionClass {
  const dimensions = bits.read(3) + 1;
  const subclassBits = bits.read(2);
  const master = subclassBits > 0 ? books[bits.read(8)] : undefined;
  const numbers = Array.from({ length: 2 ** subclassBits }, () => bits.read(8) - 1);
  const isMissing = numbers.some((at) => at >= books.length) || (subclassBits > 0 && master === undefined);
  if (isMissing) throw corruptHead("names a codebook that it has not");
  return { dimensions, subclassBits, master, books: numbers.map((at) => books[at]) };
}

interface Floor1Setup {
  readonly partitions: readonly PartitionClass[];
  readonly points: readonly number[];
  /** Step of the heights of points. */
  readonly multiplier: number;
}

class Floor1 implements Floor {
  readonly #partitions: readonly PartitionClass[];
  readonly #points: readonly number[];
  readonly #neighbours: readonly (readonly [number, number])[];
  readonly #range: number;
  readonly #curve: SegmentCurve;
  /** Of each point, as the packet has it. */
  readonly #coded: Int32Array;
  readonly #heights: Int32Array;
  readonly #isUsed: Uint8Array;

  constructor({ partitions, points, multiplier }: Floor1Setup) {
    this.#partitions = partitions;
    this.#points = points;
    this.#neighbours = neighboursOf(points);
    this.#range = RANGES[multiplier - 1] ?? 0;
    this.#curve = new SegmentCurve(points, multiplier);
    this.#coded = new Int32Array(points.length);
    this.#heights = new Int32Array(points.length);
    this.#isUsed = new Uint8Array(points.length);
  }

  read(bits: PacketBits, curve: Float64Array): boolean {
    if (!bits.flag() || !this.#readCoded(bits)) return false;
    this.#toHeights();
    this.#curve.draw(this.#heights, this.#isUsed, curve);
    return true;
  }

  /** @returns false if the packet ends before */
  #readCoded(bits: PacketBits): boolean {
    const width = bitsFor(this.#range - 1);
    this.#coded[0] = bits.read(width);
    this.#coded[1] = bits.read(width);
    let at = 2;
    for (const partition of this.#partitions) {
      if (!this.#readPartition(bits, partition, at)) return false;
      at += partition.dimensions;
    }
    return !bits.isOver;
  }

  #readPartition(bits: PacketBits, partition: PartitionClass, from: number): boolean {
    const { dimensions, subclassBits, master, books } = partition;
    let chosen = master === undefined ? 0 : master.code.next(bits);
    if (chosen < 0) return false;
    for (let at = from; at < from + dimensions; at += 1) {
      const height = books[chosen & (2 ** subclassBits - 1)]?.code.next(bits) ?? 0;
      if (height < 0) return false;
      this.#coded[at] = height;
      chosen >>= subclassBits;
    }
    return true;
  }

  /** Heights are coded as differences from the line between their neighbours. */
  #toHeights(): void {
    this.#heights.set(this.#coded.subarray(0, 2));
    this.#isUsed.fill(0).fill(1, 0, 2);
    for (let i = 2; i < this.#points.length; i += 1) {
      const [low, high] = this.#neighbours[i] ?? [0, 1];
      const predicted = pointOn(this.#point(low), this.#point(high), this.#points[i] ?? 0);
      const difference = this.#coded[i] ?? 0;
      this.#heights[i] = difference === 0 ? predicted : this.#height(predicted, difference);
      if (difference !== 0) for (const used of [low, high, i]) this.#isUsed[used] = 1;
    }
  }

  #point(at: number): { readonly x: number; readonly y: number } {
    return { x: this.#points[at] ?? 0, y: this.#heights[at] ?? 0 };
  }

  #height(predicted: number, difference: number): number {
    const above = this.#range - predicted;
    const room = 2 * Math.min(above, predicted);
    if (difference >= room) return above > predicted ? difference : this.#range - 1 - difference;
    return (difference & 1) === 1 ? predicted - ((difference + 1) >> 1) : predicted + (difference >> 1);
  }
}
