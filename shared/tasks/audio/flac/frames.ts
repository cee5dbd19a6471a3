import type { ByteWindow } from "../byteWindow.ts";
import { NO_FRAME, OUT_OF_BYTES } from "./bits.ts";
import { type FlacFrame, FrameDecoder } from "./frame.ts";
import type { StreamInfo } from "./head.ts";

/** Bytes that a frame may have: 8 channels of 65,536 plain samples of 32 bits, and some more. */
const MOST_BYTES = 3 << 20;
/** Bytes in the window before the first try at a frame. */
const FIRST_BYTES = 1 << 16;
/** Damaged frames that are passed over beside good ones. */
const MOST_DAMAGED = 200;

/** Decodes the frames of a stream in order, and passes over what is damaged. */
export class FrameStream {
  readonly #window: ByteWindow;
  readonly #decoder: FrameDecoder;
  #expected = FIRST_BYTES;
  #good = 0;
  /** Number of damaged frames. */
  damaged = 0;
  /** Number of frames with another sample rate than the head of the file. */
  otherRates = 0;
  /** Bytes between frames, and behind the last one, that are no frames. */
  strayBytes = 0;
  /** Whether the stream ends inside a frame. */
  isCut = false;

  constructor(window: ByteWindow, info: StreamInfo) {
    this.#window = window;
    this.#decoder = new FrameDecoder(info);
  }

  get planes(): readonly Float64Array[] {
    return this.#decoder.planes;
  }

  /** Whether there is no use in reading on: all that comes is damaged. */
  get isHopeless(): boolean {
    return this.damaged > MOST_DAMAGED + this.#good;
  }

  /** The next frame; undefined at the end of the stream. */
  async next(): Promise<FlacFrame | undefined> {
    const window = this.#window;
    while (!this.isHopeless) {
      await window.fill(this.#expected);
      if (window.length === 0) return undefined;
      const frame = this.#try();
      if (frame === "more") {
        this.#expected = Math.min(MOST_BYTES, Math.max(this.#expected, 2 * window.length));
      } else if (frame === "damaged") {
        await this.#resume();
      } else {
        window.pass(frame.bytes);
        this.#expected = Math.max(this.#expected, 2 * frame.bytes);
        this.#good += 1;
        // A false head before it had asked for more bytes than there are.
        this.isCut = false;
        if (frame.hasOtherRate) this.otherRates += 1;
        return frame;
      }
    }
    return undefined;
  }

  #try(): FlacFrame | "more" | "damaged" {
    const { bytes, start, end, isLast, length } = this.#window;
    try {
      return this.#decoder.decode(bytes, start, end);
    } catch (error) {
      if (error === OUT_OF_BYTES) {
        if (!isLast && length < MOST_BYTES) return "more";
        // The head of a frame is there, and the rest is not.
        this.isCut = isLast;
      } else if (error !== NO_FRAME) throw error;
      return "damaged";
    }
  }

  /** Goes on to the next place where a frame may begin. */
  async #resume(): Promise<void> {
    const window = this.#window;
    if (this.#hasHead(window.start)) this.damaged += 1;
    do {
      const from = window.start + 1;
      const to = Math.max(from, window.end - 32);
      let at = from;
      while (at < to && !(isSync(window.bytes, at) && this.#hasHead(at))) at += 1;
      this.#skip(at - window.start);
      if (at < to) return;
      await window.fill(FIRST_BYTES);
    } while (window.length > 32);
    if (!window.isLast) return;
    await this.#last();
  }

  /** The last bytes may have a whole frame. */
  async #last(): Promise<void> {
    const window = this.#window;
    while (window.length > 0 && !this.#hasHead(window.start)) this.#skip(1);
  }

  #skip(count: number): void {
    this.#window.pass(count);
    this.strayBytes += count;
  }

  #hasHead(at: number): boolean {
    const { bytes, end } = this.#window;
    try {
      return this.#decoder.headAt(bytes, at, end) !== undefined;
    } catch (error) {
      if (error === OUT_OF_BYTES) return false;
      throw error;
    }
  }
}

function isSync(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xfe) === 0xf8;
}
