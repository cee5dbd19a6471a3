const LINE_END = [13, 10, 13, 10];
const TAB = 9;
const DELETE = 127;
const UNDERSCORE = 95;

/**
 * Follows the parts of a multipart body and replaces control bytes in their headers by `_`: the parser would refuse the
 * whole body for one odd file name. Contents of parts stay as they are.
 */
export class PartHeaders {
  readonly #delimiter: Buffer;
  /** Last bytes of the chunks before; a delimiter may begin there. */
  #tail: Buffer = Buffer.from("\r\n");
  #isInHeader = false;
  /** Bytes of the header's end that were seen last. */
  #ending = 0;

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /** Replaces the bytes in place. */
  clean(chunk: Buffer): void {
    let position = this.#isInHeader ? this.#cleanHeader(chunk, 0) : this.#afterSplitDelimiter(chunk);
    while (position < chunk.length) {
      const found = chunk.indexOf(this.#delimiter, position);
      if (found === -1) break;
      position = this.#beginPart(chunk, found + this.#delimiter.length);
    }
    this.#keepTail(chunk, position);
  }

  /** Position after the header of a part whose delimiter lies in two chunks, or 0. */
  #afterSplitDelimiter(chunk: Buffer): number {
    const { length } = this.#delimiter;
    const joined = Buffer.concat([this.#tail, chunk.subarray(0, length - 1)]);
    const found = joined.indexOf(this.#delimiter);
    return found === -1 ? 0 : this.#beginPart(chunk, found + length - this.#tail.length);
  }

  #beginPart(chunk: Buffer, position: number): number {
    this.#isInHeader = true;
    this.#ending = 0;
    return this.#cleanHeader(chunk, position);
  }

  /** Returns the position after the header, or the length of the chunk when the header goes on. */
  #cleanHeader(chunk: Buffer, from: number): number {
    for (let position = from; position < chunk.length; position += 1) {
      const byte = chunk[position] ?? 0;
      if (byte === LINE_END[this.#ending]) this.#ending += 1;
      else this.#ending = byte === LINE_END[0] ? 1 : 0;
      if (this.#ending === LINE_END.length) {
        this.#isInHeader = false;
        return position + 1;
      }
      if (isControl(byte)) chunk[position] = UNDERSCORE;
    }
    return chunk.length;
  }

  #keepTail(chunk: Buffer, position: number): void {
    const kept = this.#delimiter.length - 1;
    const rest = chunk.subarray(position);
    // Only a body in tiny pieces needs the bytes before.
    const whole = rest.length < kept && position === 0 ? Buffer.concat([this.#tail, rest]) : rest;
    this.#tail = Buffer.from(whole.subarray(-kept));
  }
}

function isControl(byte: number): boolean {
  return (byte < 32 && byte !== TAB && !LINE_END.includes(byte)) || byte === DELETE;
}
