import { FileError } from "../../../errors.ts";

/** Text that the window starts with (MS-OXRTFCP 2.1.2.1). */
const START =
  "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW = 4096;
const HEADER = 16;
const PACKED = 0x75465a4c;
const PLAIN = 0x414c454d;
/** Most bytes of an RTF body. */
const LARGEST = 64 * 2 ** 20;

/** Unpacks the RTF of a message (MS-OXRTFCP), each byte a character of Latin-1. @throws FileError `corrupt_file`, `too_large` */
export function unpackedRtf(bytes: Buffer): string {
  const sign = bytes.length < HEADER ? 0 : bytes.readUInt32LE(8);
  if (sign === PLAIN) return withoutEnd(bytes.subarray(HEADER));
  if (sign !== PACKED)
    throw new FileError("corrupt_file", "The message is damaged: its formatted text cannot be unpacked.");
  const size = bytes.readUInt32LE(4);
  if (size > LARGEST)
    throw new FileError(
      "too_large",
      `The text of the message inflates to more than ${LARGEST / 2 ** 20} MB.`,
    );
  return withoutEnd(inflated(bytes.subarray(HEADER), size));
}

/** What stands behind the last group, as a zero often does, is no text. */
function withoutEnd(rtf: Buffer): string {
  return rtf.toString("latin1", 0, rtf.lastIndexOf("}") + 1);
}

/** Runs of eight literal bytes or references, each run behind a byte that tells which they are. */
function inflated(packed: Buffer, size: number): Buffer {
  const text = new Unpacked(size);
  let at = 0;
  while (at < packed.length && !text.isFull && !text.isEnded) at = text.run(packed, at);
  return text.bytes();
}

/** Text that is unpacked, and the window of what was written last. */
class Unpacked {
  readonly #out: Buffer;
  readonly #window = Buffer.alloc(WINDOW);
  #next: number;
  #written = 0;
  isEnded = false;

  constructor(size: number) {
    this.#out = Buffer.alloc(size);
    this.#next = this.#window.write(START, "latin1");
  }

  get isFull(): boolean {
    return this.#written >= this.#out.length;
  }

  /** @returns where the next run starts */
  run(packed: Buffer, start: number): number {
    const flags = packed[start] ?? 0;
    let at = start + 1;
    for (let bit = 0; bit < 8 && at < packed.length && !this.isEnded; bit += 1) {
      const isReference = ((flags >> bit) & 1) === 1;
      const first = packed[at] ?? 0;
      if (isReference) this.#copy((first << 8) | (packed[at + 1] ?? 0));
      else this.#put(first);
      at += isReference ? 2 : 1;
    }
    return at;
  }

  #put(byte: number): void {
    if (!this.isFull) this.#out[this.#written] = byte;
    this.#written += 1;
    this.#window[this.#next] = byte;
    this.#next = (this.#next + 1) % WINDOW;
  }

  /** Copies 2 to 17 bytes of the window; a reference to the place that is written next ends the text. */
  #copy(reference: number): void {
    const from = reference >> 4;
    this.isEnded = from === this.#next;
    if (this.isEnded) return;
    for (let step = 0; step < (reference & 15) + 2; step += 1)
      this.#put(this.#window[(from + step) % WINDOW] ?? 0);
  }

  bytes(): Buffer {
    return this.#out.subarray(0, this.#written);
  }
}
