import type { ByteRange } from "../port.ts";
import type { S3Bucket } from "./bucket.ts";
import { readRange } from "./stream.ts";

/** Packs are read in steps of this size, so that one request brings the neighbours of an entry, which are probably read next. */
const BLOCK_BYTES = 64 * 1024;
/** Longer ranges are read alone. */
const MOST_BYTES = BLOCK_BYTES / 2;
const MAX_BLOCKS = 64;
/** A pack that another process removes is forgotten soon. */
const KEPT_MS = 10_000;

interface Block extends ByteRange {
  readonly bytes: Promise<Buffer | undefined>;
  readonly until: number;
}

/** The parts of packs that were read last, in memory. */
export class PackBlocks {
  readonly #bucket: Pick<S3Bucket, "open">;
  /** By name of the pack and the first byte, the oldest first. */
  readonly #blocks = new Map<string, Block>();

  constructor(bucket: Pick<S3Bucket, "open">) {
    this.#bucket = bucket;
  }

  /** A copy of a range; undefined when there is no such pack, or it has no byte of the range. */
  async read(name: string, range: ByteRange): Promise<Buffer | undefined> {
    if (range.end - range.start >= MOST_BYTES) return await readRange(this.#bucket, name, range);
    const first = range.start - (range.start % BLOCK_BYTES);
    const block = this.#known(name, first, range.end) ?? this.#load(name, first, range.end);
    const bytes = await block.bytes;
    const found = bytes?.subarray(range.start - first, range.end - first + 1);
    return found === undefined || found.length === 0 ? undefined : Buffer.from(found);
  }

  /** To be called when what was read is not what its key says. */
  forget(name: string, { start }: ByteRange): void {
    this.#blocks.delete(keyOf(name, start - (start % BLOCK_BYTES)));
  }

  #known(name: string, first: number, end: number): Block | undefined {
    const block = this.#blocks.get(keyOf(name, first));
    return block !== undefined && block.end >= end && block.until > performance.now() ? block : undefined;
  }

  #load(name: string, first: number, until: number): Block {
    const end = until - (until % BLOCK_BYTES) + BLOCK_BYTES - 1;
    const bytes = readRange(this.#bucket, name, { start: first, end });
    const block = { start: first, end, bytes, until: performance.now() + KEPT_MS };
    const key = keyOf(name, first);
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > MAX_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest);
    const drop = () => {
      if (this.#blocks.get(key) === block) this.#blocks.delete(key);
    };
    void bytes.then((found) => {
      if (found === undefined) drop();
    }, drop);
    return block;
  }
}

function keyOf(name: string, start: number): string {
  return `${start} ${name}`;
}
