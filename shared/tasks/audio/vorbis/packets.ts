import { bitsFor, PacketBits } from "./bits.ts";
import { CosineTransform } from "./cosine.ts";
import type { VorbisHead } from "./head.ts";
import { overlap, slopeOf } from "./overlap.ts";
import type { Mode } from "./setup.ts";
import { SpectrumReader } from "./spectra.ts";

/** What is needed for blocks of a length. */
interface Size {
  /** Half the length of a block. */
  readonly length: number;
  readonly transform: CosineTransform;
  readonly slope: Float64Array;
}

/** Decodes the packets with sound of a stream of Vorbis I, in their order. */
export class VorbisPackets {
  readonly #modes: readonly Mode[];
  readonly #sizes: readonly [Size, Size];
  readonly #bits = new PacketBits();
  readonly #reader: SpectrumReader;
  readonly #channels: readonly Channel[];
  /** The size of the block before; undefined before the first one. */
  #before: Size | undefined;

  constructor({ channels, blockSizes: [short, long] }: VorbisHead, modes: readonly Mode[]) {
    this.#modes = modes;
    this.#sizes = [sizeOf(short / 2), sizeOf(long / 2)];
    this.#reader = new SpectrumReader(channels, long / 2);
    this.#channels = Array.from({ length: channels }, () => new Channel(long / 2));
  }

  /**
   * Samples of each channel, in the order of Vorbis, valid until the next packet; the first packet has none. undefined for a
   * packet that cannot be decoded. A packet that ends early has the sound that its bits have.
   */
  decode(packet: Buffer): readonly Float64Array[] | undefined {
    const mode = this.#modeOf(packet);
    if (mode === undefined) return undefined;
    const size = this.#sizes[mode.isLong ? 1 : 0];
    this.#reader.read(this.#bits, mode.mapping, size.length);
    const before = this.#before;
    this.#before = size;
    const planes = this.#channels.map((channel, at) => {
      const spectrum = this.#reader.isSilent(at) ? undefined : this.#reader.planes[at];
      return channel.next(spectrum, { size, before });
    });
    return planes.every(areNumbers) ? planes : undefined;
  }

  /** Number of samples that packets in a row have, the first of them none. */
  samplesOf(packets: readonly Buffer[]): number {
    let [samples, before] = [0, 0];
    for (const packet of packets) {
      const mode = this.#modeOf(packet);
      if (mode === undefined) continue;
      const { length } = this.#sizes[mode.isLong ? 1 : 0];
      if (before > 0) samples += (before + length) / 2;
      before = length;
    }
    return samples;
  }

  /** Reads the beginning of a packet up to its mode and, in a long block, the sizes of those around it. */
  #modeOf(packet: Buffer): Mode | undefined {
    const bits = this.#bits;
    bits.open(packet);
    if (packet.length === 0 || bits.flag()) return undefined;
    const mode = this.#modes[bits.read(bitsFor(this.#modes.length - 1))];
    if (mode?.isLong === true) bits.read(2);
    return bits.isOver ? undefined : mode;
  }
}

function sizeOf(length: number): Size {
  return { length, transform: new CosineTransform(length), slope: slopeOf(length) };
}

interface Step {
  readonly size: Size;
  readonly before: Size | undefined;
}

/** The blocks of a channel, each of which overlaps with the one before. */
class Channel {
  #before: Float64Array;
  #now: Float64Array;
  readonly #out: Float64Array;

  constructor(longest: number) {
    this.#before = new Float64Array(longest);
    this.#now = new Float64Array(longest);
    this.#out = new Float64Array(longest);
  }

  /** @param spectrum undefined for silence */
  next(spectrum: Float64Array | undefined, { size, before }: Step): Float64Array {
    if (spectrum === undefined) this.#now.fill(0);
    else size.transform.transform(spectrum, this.#now);
    const samples = before === undefined ? 0 : this.#join(size, before);
    [this.#before, this.#now] = [this.#now, this.#before];
    return this.#out.subarray(0, samples);
  }

  #join(size: Size, before: Size): number {
    const { slope } = before.length < size.length ? before : size;
    const [old, now] = [this.#before, this.#now];
    return overlap(
      { before: old, beforeLength: before.length, now, nowLength: size.length, slope },
      this.#out,
    );
  }
}

/** Whether all samples are numbers: heads may state steps of any size. */
function areNumbers(samples: Float64Array): boolean {
  for (let i = 0; i < samples.length; i += 1) if (!Number.isFinite(samples[i])) return false;
  return true;
}
