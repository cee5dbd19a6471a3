import type { PdfDictionary, PdfValue } from "./values.ts";

/** Deepest nesting of arrays and dictionaries; real ones have some tens. */
const DEEPEST = 200;

/** A file, or a stream of objects, that is no PDF where it should be one. */
export class PdfSyntaxError extends Error {}

/** Reads values of a PDF out of bytes (PDF 1.7, 7.2 and 7.3). */
export class PdfParser {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** @throws PdfSyntaxError */
  value(depth = 0): PdfValue {
    if (depth > DEEPEST) throw new PdfSyntaxError("nested too deeply");
    this.skipSpace();
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new PdfSyntaxError("cut off");
    if (byte === LESS && this.#bytes[this.at + 1] === LESS) return this.#dict(depth);
    if (byte === OPEN) return this.#array(depth);
    if (byte === LESS) return this.#until(">");
    if (byte === ROUND) return this.#string();
    if (byte >= 0x30 && byte <= 0x39) return this.#numberOrReference();
    return { kind: "token", raw: this.word() };
  }

  /** The next word: a name with its slash, a number, a keyword. @throws PdfSyntaxError where there is none */
  word(): string {
    this.skipSpace();
    const start = this.at;
    if (this.#bytes[this.at] === SLASH) this.at += 1;
    while (this.at < this.#bytes.length && REGULAR[this.#bytes[this.at] ?? 0] === 1) this.at += 1;
    if (this.at === start) throw new PdfSyntaxError(`no value at byte ${start}`);
    return this.#bytes.toString("latin1", start, this.at);
  }

  skipSpace(): void {
    for (; this.at < this.#bytes.length; this.at += 1) {
      const byte = this.#bytes[this.at] ?? 0;
      if (byte === PERCENT) {
        while (this.at < this.#bytes.length && !isLineEnd(this.#bytes[this.at] ?? 0)) this.at += 1;
      } else if (SPACES.includes(byte) === false) return;
    }
  }

  #array(depth: number): PdfValue {
    this.at += 1;
    const items: PdfValue[] = [];
    for (;;) {
      this.skipSpace();
      if (this.#bytes[this.at] === CLOSE) break;
      items.push(this.value(depth + 1));
    }
    this.at += 1;
    return { kind: "array", items };
  }

  #dict(depth: number): PdfDictionary {
    this.at += 2;
    const entries = new Map<string, PdfValue>();
    for (;;) {
      this.skipSpace();
      if (this.#bytes[this.at] === MORE) break;
      const name = this.word();
      if (!name.startsWith("/")) throw new PdfSyntaxError(`no name at byte ${this.at}`);
      entries.set(name.slice(1), this.value(depth + 1));
    }
    this.at += 2;
    return { kind: "dict", entries };
  }

  #until(end: string): PdfValue {
    const stop = this.#bytes.indexOf(end, this.at, "latin1");
    if (stop === -1) throw new PdfSyntaxError("cut off");
    const raw = this.#bytes.toString("latin1", this.at, stop + 1);
    this.at = stop + 1;
    return { kind: "token", raw };
  }

  #string(): PdfValue {
    const start = this.at;
    let depth = 0;
    for (; this.at < this.#bytes.length; this.at += 1) {
      const byte = this.#bytes[this.at];
      if (byte === BACKSLASH) this.at += 1;
      else if (byte === ROUND) depth += 1;
      else if (byte === ROUND_END && --depth === 0) {
        this.at += 1;
        return { kind: "token", raw: this.#bytes.toString("latin1", start, this.at) };
      }
    }
    throw new PdfSyntaxError("cut off");
  }

  #numberOrReference(): PdfValue {
    const raw = this.word();
    const after = this.at;
    // A reference is two whole numbers and R; the longest one has some twenty bytes.
    const rest = this.#bytes.toString("latin1", after, after + 24);
    const found = /^\d+$/.test(raw) ? /^\s+(\d+)\s+R(?![^\s<>[\](){}/%])/.exec(rest) : null;
    if (found === null) return { kind: "token", raw };
    this.at = after + found[0].length;
    return { kind: "reference", id: Number(raw), generation: Number(found[1]) };
  }
}

const [LESS, MORE, OPEN, CLOSE, ROUND, ROUND_END, SLASH, PERCENT, BACKSLASH] = [
  ...[0x3c, 0x3e, 0x5b, 0x5d, 0x28, 0x29, 0x2f, 0x25, 0x5c],
];
const SPACES: readonly number[] = [0, 9, 10, 12, 13, 32];

/** 1 for each byte that may stand in a word. */
const REGULAR = Uint8Array.from({ length: 256 }, (_, byte) =>
  SPACES.includes(byte) || "()<>[]{}/%".includes(String.fromCharCode(byte)) ? 0 : 1,
);

function isLineEnd(byte: number): boolean {
  return byte === 10 || byte === 13;
}
