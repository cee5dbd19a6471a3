import { blockOf, type SampleBlock } from "./blocks.ts";

/** Frames of a block; decoders give some hundreds or thousands at a time. */
const BLOCK_FRAMES = 16_384;

/** Gathers what a decoder gives into blocks. */
class BlockBuffer {
  readonly #planes: Float64Array[];
  #frames = 0;

  constructor(channels: number) {
    this.#planes = Array.from({ length: channels }, () => new Float64Array(BLOCK_FRAMES));
  }

  get isFull(): boolean {
    return this.#frames >= BLOCK_FRAMES;
  }

  /** Adds samples times `scale`, up to the end of the block. @returns how many frames found room */
  add(planes: readonly ArrayLike<number>[], { from, to, scale }: DecodedRange): number {
    const count = Math.min(to - from, BLOCK_FRAMES - this.#frames);
    for (const [channel, plane] of this.#planes.entries()) {
      const samples = planes[channel] ?? [];
      for (let i = 0; i < count; i += 1) plane[this.#frames + i] = (samples[from + i] ?? 0) * scale;
    }
    this.#frames += count;
    return count;
  }

  /** The block so far; the buffer is empty then. */
  take(): SampleBlock {
    const block = blockOf(this.#planes, this.#frames);
    this.#frames = 0;
    return block;
  }
}

interface DecodedRange {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** The blocks of what a decoder gives, the last one with the rest. */
export async function* inBlocks(
  ranges: AsyncIterable<DecodedRange & { readonly planes: readonly ArrayLike<number>[] }>,
  channels: number,
): AsyncGenerator<SampleBlock> {
  const buffer = new BlockBuffer(channels);
  let isEmpty = true;
  for await (const { planes, from, to, scale } of ranges) {
    for (let at = from; at < to; ) {
      at += buffer.add(planes, { from: at, to, scale });
      isEmpty = false;
      if (!buffer.isFull) continue;
      yield buffer.take();
      isEmpty = true;
    }
  }
  if (!isEmpty) yield buffer.take();
}
