import { PacketBits } from "./bits.ts";
import { type Codebook, readCodebooks } from "./codebook.ts";
import { corruptHead } from "./faults.ts";
import type { Floor } from "./floor.ts";
import { readFloor0 } from "./floor0.ts";
import { readFloor1 } from "./floor1.ts";
import { isHeader, type VorbisHead } from "./head.ts";
import { type Mapping, readMapping } from "./mapping.ts";
import { readResidue } from "./residue.ts";

/** How a block is coded. */
export interface Mode {
  readonly isLong: boolean;
  readonly mapping: Mapping;
}

const HEADER_BITS = 7 * 8;

/** Reads the third packet, which has the modes of blocks (Vorbis I, 4.2.4). @throws FileError `corrupt_file`, `too_large` */
export function readSetup(packet: Buffer, { channels }: VorbisHead): readonly Mode[] {
  if (!isHeader(packet, 5)) throw corruptHead("has no setup");
  const bits = new PacketBits();
  bits.open(packet);
  bits.at = HEADER_BITS;
  const books = readCodebooks(bits);
  for (let left = bits.read(6) + 1; left > 0; left -= 1)
    if (bits.read(16) !== 0) throw corruptHead("has a transform of an unknown kind");
  const floors = listOf(bits, () => readFloor(bits, books));
  const residues = listOf(bits, () => readResidue(bits, books));
  const mappings = listOf(bits, () => readMapping(bits, { channels, floors, residues }));
  const modes = listOf(bits, () => readMode(bits, mappings));
  if (!bits.flag()) throw corruptHead("ends in its setup");
  return modes;
}

function listOf<Item>(bits: PacketBits, read: () => Item): readonly Item[] {
  return Array.from({ length: bits.read(6) + 1 }, () => {
    if (bits.isOver) throw corruptHead("ends in its setup");
    return read();
  });
}

function readFloor(bits: PacketBits, books: readonly Codebook[]): Floor {
  const kind = bits.read(16);
  if (kind > 1) throw corruptHead("has an envelope of an unknown kind");
  return kind === 0 ? readFloor0(bits, books) : readFloor1(bits, books);
}

function readMode(bits: PacketBits, mappings: readonly Mapping[]): Mode {
  const isLong = bits.flag();
  const [window, transform] = [bits.read(16), bits.read(16)];
  const mapping = mappings[bits.read(8)];
  if (window !== 0 || transform !== 0 || mapping === undefined)
    throw corruptHead("has a mode that is damaged");
  return { isLong, mapping };
}
