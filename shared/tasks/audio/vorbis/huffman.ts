import type { PacketBits } from "./bits.ts";
import { corruptHead } from "./faults.ts";

/** Most bits of a code that are looked up at once; what is longer is followed bit by bit. */
const TABLE_BITS = 10;

/** Decodes the codes that the lengths of a codebook stand for (Vorbis I, 3.2.1). */
export class HuffmanCode {
  /** By the next bits: an entry and the length of its code, or a node of the tree as its complement. */
  readonly #table: Int32Array;
  readonly #mask: number;
  readonly #bits: number;
  /** Two children of each node: another node, or an entry as its complement. */
  readonly #tree: Int32Array;

  /** @param lengths bits of the code of each entry, 0 for one that is not used. @throws FileError `corrupt_file` */
  constructor(lengths: Uint8Array) {
    const used = lengths.reduce((sum, length) => sum + (length > 0 ? 1 : 0), 0);
    this.#tree = used > 1 ? treeOf(lengths, used) : new Int32Array(0);
    this.#bits = used > 1 ? Math.min(TABLE_BITS, longest(lengths)) : 0;
    this.#mask = 2 ** this.#bits - 1;
    this.#table = used > 1 ? tableOf(this.#tree, this.#bits) : Int32Array.of(onlySlot(lengths));
  }

  /** The next entry; -1 where the packet ends before, or the book has no entry. */
  next(bits: PacketBits): number {
    const word = bits.peek();
    let slot = this.#table[word & this.#mask] ?? -1;
    if (slot >= 0) {
      bits.at += slot & 31;
      return bits.at > bits.end ? -1 : slot >>> 5;
    }
    if (this.#tree.length === 0) return -1;
    slot = ~slot;
    let length = this.#bits;
    for (; slot >= 0; length += 1) slot = this.#tree[2 * slot + ((word >>> length) & 1)] ?? -1;
    bits.at += length;
    return bits.at > bits.end ? -1 : ~slot;
  }
}

/** A book with one entry alone has a code for it; one without entries has none. */
function onlySlot(lengths: Uint8Array): number {
  const entry = lengths.findIndex((length) => length > 0);
  return entry < 0 ? -1 : (entry << 5) | Math.min(lengths[entry] ?? 0, 31);
}

/** The tree in which each entry, in their order, takes the first place that is free at its depth. */
function treeOf(lengths: Uint8Array, used: number): Int32Array {
  const share = lengths.reduce((sum, length) => sum + (length > 0 ? 2 ** -length : 0), 0);
  if (share !== 1) throw corruptHead("has a codebook whose codes do not fit each other");
  const tree = new Int32Array(2 * (used - 1));
  const places = new FreePlaces();
  let nodes = 1;
  for (const [entry, length] of lengths.entries()) {
    if (length === 0) continue;
    const code = places.take(length);
    let node = 0;
    for (let depth = 0; depth < length - 1; depth += 1) {
      const at = 2 * node + ((code >>> (31 - depth)) & 1);
      if (tree[at] === 0) {
        tree[at] = nodes;
        nodes += 1;
      }
      node = tree[at] ?? 0;
    }
    tree[2 * node + ((code >>> (32 - length)) & 1)] = ~entry;
  }
  return tree;
}

/** The free places of a tree: at each depth one at most, as its path from bit 31 on. */
class FreePlaces {
  readonly #paths = new Uint32Array(33);
  readonly #isFree = new Uint8Array(33);

  constructor() {
    this.#isFree[0] = 1;
  }

  /** Takes the first place at a depth. The deepest free place above it is the first one. */
  take(depth: number): number {
    let from = depth;
    while (from > 0 && this.#isFree[from] === 0) from -= 1;
    const path = this.#paths[from] ?? 0;
    this.#isFree[from] = 0;
    for (let at = from + 1; at <= depth; at += 1) {
      this.#paths[at] = path + 2 ** (32 - at);
      this.#isFree[at] = 1;
    }
    return path;
  }
}

function tableOf(tree: Int32Array, bits: number): Int32Array {
  return Int32Array.from({ length: 2 ** bits }, (_, word) => {
    let node = 0;
    for (let depth = 0; depth < bits; depth += 1) {
      node = tree[2 * node + ((word >>> depth) & 1)] ?? 0;
      if (node < 0) return (~node << 5) | (depth + 1);
    }
    return ~node;
  });
}

function longest(lengths: Uint8Array): number {
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}
