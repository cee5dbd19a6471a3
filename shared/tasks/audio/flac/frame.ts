import { BitReader, NO_FRAME } from "./bits.ts";
import { crc16 } from "./crc.ts";
import { type FlacFrameHead, readFrameHeader } from "./frameHeader.ts";
import type { StreamInfo } from "./head.ts";
import { sideBit, toLeftAndRight } from "./stereo.ts";
import { type Room, readSubframe } from "./subframe.ts";

/** Most samples of a channel in a frame. */
const MOST_FRAMES = 65_536;

export interface FlacFrame {
  readonly frames: number;
  /** Bytes of the frame in the file. */
  readonly bytes: number;
  /** Whether it states another sample rate than the head of the file. */
  readonly hasOtherRate: boolean;
}

/** Decodes frames one by one into `planes`. */
export class FrameDecoder {
  /** Integer samples of each channel, valid until the next frame. */
  readonly planes: readonly Float64Array[];
  readonly #info: StreamInfo;
  readonly #rooms: readonly Room[];

  constructor(info: StreamInfo) {
    const each = { length: info.channels };
    this.planes = Array.from(each, () => new Float64Array(MOST_FRAMES));
    this.#rooms = Array.from(each, () => ({
      ints: new Int32Array(MOST_FRAMES),
      doubles: new Float64Array(MOST_FRAMES),
    }));
    this.#info = info;
  }

  /** The head of a frame of this recording, undefined where there is none. @throws OUT_OF_BYTES */
  headAt(bytes: Buffer, from: number, to: number): FlacFrameHead | undefined {
    try {
      return this.#head(new BitReader(bytes, from, to));
    } catch (error) {
      if (error === NO_FRAME) return undefined;
      throw error;
    }
  }

  /** Decodes the frame at an offset. @throws NO_FRAME, OUT_OF_BYTES where it does not end before `to` */
  decode(bytes: Buffer, from: number, to: number): FlacFrame {
    const reader = new BitReader(bytes, from, to);
    const { blockSize, stereo, bits, sampleRate } = this.#head(reader);
    const samples = this.#rooms.map((room, channel) =>
      readSubframe(reader, { size: blockSize, bits: bits + sideBit(stereo, channel) }, room),
    );
    const end = reader.align();
    if (reader.read(16) !== crc16(bytes, from, end)) throw NO_FRAME;
    for (const [channel, plane] of this.planes.entries()) copy(samples[channel] ?? [], plane, blockSize);
    const [first, second] = this.planes;
    if (first !== undefined && second !== undefined)
      toLeftAndRight(first, second, { stereo, size: blockSize });
    const hasOtherRate = sampleRate !== 0 && sampleRate !== this.#info.sampleRate;
    return { frames: blockSize, bytes: end + 2 - from, hasOtherRate };
  }

  #head(reader: BitReader): FlacFrameHead {
    const head = readFrameHeader(reader);
    const { channels, bits } = this.#info;
    if (head.channels !== channels || (head.bits !== 0 && head.bits !== bits)) throw NO_FRAME;
    return { ...head, bits };
  }
}

function copy(samples: ArrayLike<number>, plane: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 1) plane[i] = samples[i] ?? 0;
}
