import { FileError } from "../../../errors.ts";
import { decoderOf } from "../../../media/text/codecs/decoders.ts";
import { damagedDoc, type TextRange, type WordFile } from "./fib.ts";

/** Characters that follow each other in the stream. */
interface Piece extends TextRange {
  /** Place of its first character in the stream. */
  readonly at: number;
  /** Bytes of a character. */
  readonly width: 1 | 2;
}

/** Most characters of all stories: about 6,000 printed pages. */
const MOST_CHARACTERS = 20_000_000;
/** A character of one byte, whose place is stated twice as large (MS-DOC 2.9.73). */
const NARROW = 0x40000000;
/** Kinds of entries of the list before the pieces (MS-DOC 2.9.38). */
const CHANGES = 1;
const PIECES = 2;

/** The text of all stories, each of which is a range of it (MS-DOC 2.4.1). */
export class PieceText {
  readonly text: string;
  readonly #pieces: readonly Piece[];

  /** @throws FileError `corrupt_file`, `too_large` */
  constructor({ main, part }: WordFile) {
    this.#pieces = piecesOf(part("pieces"));
    const characters = this.#pieces.reduce((sum, { from, to }) => sum + to - from, 0);
    if (characters > MOST_CHARACTERS)
      throw new FileError(
        "too_large",
        `The document has more than ${MOST_CHARACTERS} characters. This limit is fixed; split it.`,
      );
    this.text = this.#pieces.map((piece) => textOf(main, piece)).join("");
  }

  /** The piece that holds a character; characters beyond the text belong to the last one. */
  pieceOf(character: number): Piece {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle]?.from ?? 0) <= character) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low];
    if (piece === undefined) throw damagedDoc();
    return piece;
  }

  /** Place in the stream of a character. */
  placeOf(character: number): number {
    const { from, at, width } = this.pieceOf(character);
    return at + (character - from) * width;
  }
}

function piecesOf(list: Buffer): Piece[] {
  let at = 0;
  while (list[at] === CHANGES) at += 3 + list.readUInt16LE(at + 1);
  if (list[at] !== PIECES) throw damagedDoc();
  const table = list.subarray(at + 5, at + 5 + list.readUInt32LE(at + 1));
  const count = Math.floor((table.length - 4) / 12);
  if (count < 1) throw damagedDoc();
  let before = 0;
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [table.readUInt32LE(index * 4), table.readUInt32LE(index * 4 + 4)];
    if (from !== before || to < from) throw damagedDoc();
    before = to;
    const place = table.readUInt32LE((count + 1) * 4 + index * 8 + 2);
    const isNarrow = (place & NARROW) !== 0;
    return { from, to, width: isNarrow ? 1 : 2, at: isNarrow ? (place & (NARROW - 1)) / 2 : place };
  });
}

function textOf(main: Buffer, { from, to, at, width }: Piece): string {
  const bytes = main.subarray(at, at + (to - from) * width);
  if (bytes.length < (to - from) * width) throw damagedDoc();
  return width === 2 ? bytes.toString("utf16le") : WESTERN(bytes);
}

const WESTERN = decoderOf("windows-1252") ?? ((bytes: Buffer) => bytes.toString("latin1"));
