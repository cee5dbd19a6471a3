import type { PacketBits } from "./bits.ts";
import type { Codebook } from "./codebook.ts";
import { corruptHead } from "./faults.ts";
import { addInterleaved, addSpread, addVectors, type SpectrumPart } from "./vectors.ts";

/** The books of a class of partitions, one for each pass. */
type Cascade = readonly (Codebook | undefined)[];

interface ResidueSetup {
  readonly kind: 0 | 1 | 2;
  readonly begin: number;
  readonly end: number;
  readonly partition: number;
  readonly classBook: Codebook;
  readonly classes: readonly Cascade[];
}

/** The spectra of some channels of a block, to which the residue is added. */
export interface Spectra {
  readonly planes: readonly Float64Array[];
  /** Channels that are not coded. */
  readonly isSilent: readonly boolean[];
  /** Numbers of each spectrum that count. */
  readonly length: number;
}

const PASSES = 8;

/** Reads a residue of the setup (Vorbis I, 8). @throws FileError `corrupt_file` */
export function readResidue(bits: PacketBits, books: readonly Codebook[]): Residue {
  const kind = bits.read(16);
  if (kind !== 0 && kind !== 1 && kind !== 2) throw corruptHead("has a residue of an unknown kind");
  const [begin, end, partition] = [bits.read(24), bits.read(24), bits.read(24) + 1];
  const count = bits.read(6) + 1;
  const classBook = books[bits.read(8)];
  const masks = Array.from({ length: count }, () => {
    const low = bits.read(3);
    return bits.flag() ? (bits.read(5) << 3) | low : low;
  });
  const classes = masks.map((mask) => readCascade(bits, mask, books));
  if (classBook === undefined || bits.isOver) throw corruptHead("has a residue that is damaged");
  return new Residue({ kind, begin, end, partition, classBook, classes });
}

function readCascade(bits: PacketBits, mask: number, books: readonly Codebook[]): Cascade {
  return Array.from({ length: PASSES }, (_, pass) => {
    if (((mask >> pass) & 1) === 0) return undefined;
    const book = books[bits.read(8)];
    if (book?.vectors === undefined) throw corruptHead("names a codebook that it has not");
    return book;
  });
}

/** Decodes the spectra of channels, in passes of vectors that are added to each other. */
export class Residue {
  readonly #setup: ResidueSetup;
  readonly #passes: number;
  /** Class of each partition, for each lane. */
  #classOf: Uint8Array[] = [];

  constructor(setup: ResidueSetup) {
    this.#setup = setup;
    const last = setup.classes.map((books) => books.findLastIndex((book) => book !== undefined));
    this.#passes = Math.max(...last) + 1;
  }

  /** Adds the residue of a packet. It ends early where the packet does. */
  read(bits: PacketBits, spectra: Spectra): void {
    const { kind, begin, end, partition } = this.#setup;
    const lanes = kind === 2 ? interleaved(spectra) : lanesOf(spectra);
    const size = kind === 2 ? spectra.length * spectra.planes.length : spectra.length;
    const partitions = Math.floor((Math.min(end, size) - Math.min(begin, size)) / partition);
    if (lanes.length === 0 || partitions <= 0) return;
    this.#makeRoom(lanes.length, partitions);
    for (let pass = 0; pass < this.#passes; pass += 1)
      if (!this.#readPass({ bits, lanes, partitions, pass })) return;
  }

  #makeRoom(lanes: number, partitions: number): void {
    const isRoom = this.#classOf.length >= lanes && (this.#classOf[0]?.length ?? 0) >= partitions;
    if (!isRoom) this.#classOf = Array.from({ length: lanes }, () => new Uint8Array(partitions));
  }

  /** @returns false if the packet ends before */
  #readPass(pass: Pass): boolean {
    const { classBook } = this.#setup;
    for (let at = 0; at < pass.partitions; at += classBook.dimensions) {
      if (pass.pass === 0 && !this.#readClasses(pass, at)) return false;
      const end = Math.min(pass.partitions, at + classBook.dimensions);
      for (let partition = at; partition < end; partition += 1)
        if (!this.#readPartition(pass, partition)) return false;
    }
    return true;
  }

  /** A number has the classes of several partitions, as the digits of a number have them. */
  #readClasses({ bits, lanes, partitions }: Pass, first: number): boolean {
    const { classBook, classes } = this.#setup;
    for (let lane = 0; lane < lanes.length; lane += 1) {
      let word = classBook.code.next(bits);
      if (word < 0) return false;
      const classOf = this.#classOf[lane] ?? new Uint8Array(0);
      for (let at = first + classBook.dimensions - 1; at >= first; at -= 1) {
        if (at < partitions) classOf[at] = word % classes.length;
        word = Math.floor(word / classes.length);
      }
    }
    return true;
  }

  #readPartition({ bits, lanes, pass }: Pass, partition: number): boolean {
    const { kind, begin, partition: count, classes } = this.#setup;
    const from = begin + partition * count;
    const add = kind === 0 ? addSpread : kind === 1 ? addVectors : addInterleaved;
    for (let lane = 0; lane < lanes.length; lane += 1) {
      const book = classes[this.#classOf[lane]?.[partition] ?? 0]?.[pass];
      const planes = lanes[lane];
      if (book === undefined || planes === undefined) continue;
      const part: SpectrumPart = { planes, from, count };
      if (!add(bits, book, part)) return false;
    }
    return true;
  }
}

interface Pass {
  readonly bits: PacketBits;
  /** What is decoded alone: a channel, or all channels of kind 2. */
  readonly lanes: readonly (readonly Float64Array[])[];
  readonly partitions: number;
  readonly pass: number;
}

function interleaved({ planes, isSilent }: Spectra): readonly (readonly Float64Array[])[] {
  return isSilent.every((silent) => silent) ? [] : [planes];
}

function lanesOf({ planes, isSilent }: Spectra): readonly (readonly Float64Array[])[] {
  return planes.filter((_, at) => isSilent[at] === false).map((plane) => [plane]);
}
