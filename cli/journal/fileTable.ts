import { createHash } from "node:crypto";

/** What tells whether a file is the same as before. */
export interface FileStamp {
  readonly bytes: number;
  /** Milliseconds since 1970, with fractions. */
  readonly modified: number;
}

export interface TableEntry extends FileStamp {
  /** 32 digits of hex, whose meaning is up to the owner of the table. */
  readonly mark: string;
}

/** Words of 32 bits of an entry: four of the path's digest, four of the stamp, four of the mark. */
const STRIDE = 12;
const STAMP = 4;
const MARK = 8;
/** Words of a digest. */
const DIGEST = 4;
const FIRST_CAPACITY = 1024;
/** Share of the slots that are taken at most: a search stays short. */
const FULL = 0.7;

/** Files by their paths. It keeps digests, 48 bytes a slot: a table of a million files has about 100 MB. */
export class FileTable {
  #words = new Uint32Array(FIRST_CAPACITY * STRIDE);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(path: string): TableEntry | undefined {
    const at = this.#slotOf(digestOf(path));
    if (this.#isFree(at)) return undefined;
    const [bytes = 0, modified = 0] = new Float64Array(this.#words.buffer, at * 4 + STAMP * 4, 2);
    const mark = Buffer.from(this.#words.buffer, (at + MARK) * 4, DIGEST * 4).toString("hex");
    return { bytes, modified, mark };
  }

  set(path: string, { bytes, modified, mark }: TableEntry): void {
    const digest = digestOf(path);
    let at = this.#slotOf(digest);
    if (this.#isFree(at)) {
      if (this.#size >= (this.#words.length / STRIDE) * FULL) {
        this.#grow();
        at = this.#slotOf(digest);
      }
      this.#size += 1;
      this.#words.set(digest, at);
    }
    new Float64Array(this.#words.buffer, (at + STAMP) * 4, 2).set([bytes, modified]);
    Buffer.from(this.#words.buffer, (at + MARK) * 4, DIGEST * 4).write(mark, "hex");
  }

  /** The slot that has this digest, else the free one that would get it. */
  #slotOf(digest: ArrayLike<number>, offset = 0): number {
    const words = this.#words;
    const slots = words.length / STRIDE;
    for (let slot = (digest[offset] ?? 0) % slots; ; slot = (slot + 1) % slots) {
      const at = slot * STRIDE;
      let same = 0;
      while (same < DIGEST && words[at + same] === digest[offset + same]) same += 1;
      if (same === DIGEST || this.#isFree(at)) return at;
    }
  }

  #isFree(at: number): boolean {
    const words = this.#words;
    return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0;
  }

  #grow(): void {
    const before = this.#words;
    this.#words = new Uint32Array(before.length * 2);
    for (let at = 0; at < before.length; at += STRIDE)
      if (before.subarray(at, at + DIGEST).some((word) => word !== 0))
        this.#words.set(before.subarray(at, at + STRIDE), this.#slotOf(before, at));
  }
}

/** The first half of the SHA-256 of a path, as words. */
function digestOf(path: string): Uint32Array {
  const { buffer, byteOffset } = createHash("sha256").update(path).digest();
  return new Uint32Array(buffer, byteOffset, DIGEST);
}
