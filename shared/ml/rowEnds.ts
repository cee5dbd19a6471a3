const NEWLINE = 10;
const QUOTE = 34;

/** Finds the ends of rows in bytes that come in pieces. A quote opens a cell at its begin only; such a cell may hold line ends. */
export class RowEnds {
  readonly #delimiter: number;
  #isQuoted = false;
  /** Whether the last quote ended a cell: one right behind it goes on with the cell. */
  #hasClosed = false;
  /** The byte before the next one. */
  #before = NEWLINE;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Offset after the next line end that ends a row; undefined where the piece has no further one. */
  next(piece: Uint8Array, from: number): number | undefined {
    for (let at = from; at < piece.length; at += 1) {
      const byte = piece[at];
      if (byte === QUOTE) this.#quote(at > from ? (piece[at - 1] ?? 0) : this.#before);
      else if (byte === NEWLINE && !this.#isQuoted) {
        this.#before = NEWLINE;
        return at + 1;
      }
    }
    if (from < piece.length) this.#before = piece.at(-1) ?? 0;
    return undefined;
  }

  #quote(before: number): void {
    const goesOn = before === QUOTE && this.#hasClosed;
    const opens = goesOn || before === this.#delimiter || before === NEWLINE;
    this.#hasClosed = this.#isQuoted;
    this.#isQuoted = !this.#isQuoted && opens;
  }
}
