import { FileError } from "../../../errors.ts";
import { symbolFont } from "../docx/inline/symbols.ts";
import type { TextRange, WordFile } from "./fib.ts";
import { fontsOf } from "./fonts.ts";
import {
  type CharacterLook,
  changeCharacters,
  changeParagraph,
  NO_LOOK,
  type ParagraphLook,
} from "./looks.ts";
import type { PieceText } from "./pieces.ts";
import { Stretches } from "./runs.ts";
import { StyleSheet } from "./styles.ts";

/** Text of one look. */
export interface StyledRun {
  /** Number of its first character. */
  readonly from: number;
  readonly text: string;
  readonly look: Readonly<CharacterLook>;
}

/** Most bytes of lists of changes in the stream of data that are looked at, since many paragraphs may name the same. */
const MOST_ELSEWHERE = 64 * 2 ** 20;

/** Looks of the text of a document. */
export class Formatting {
  readonly #file: WordFile;
  readonly #pieces: PieceText;
  readonly #characters: Stretches;
  readonly #paragraphs: Stretches;
  readonly #styles: StyleSheet;
  readonly #fonts: readonly string[];
  readonly #looks = new Map<number, Readonly<CharacterLook>>();
  readonly #paragraphLooks = new Map<number, Readonly<ParagraphLook>>();
  #elsewhere = MOST_ELSEWHERE;

  constructor(file: WordFile, pieces: PieceText) {
    this.#file = file;
    this.#pieces = pieces;
    this.#characters = new Stretches(file.main, file.part("characterRuns"), 1);
    this.#paragraphs = new Stretches(file.main, file.part("paragraphRuns"), 13);
    this.#styles = new StyleSheet(file.part("styles"));
    this.#fonts = fontsOf(file.part("fonts"));
  }

  /** The text of a range, parted where its look changes. */
  *runs({ from, to }: TextRange): Generator<StyledRun> {
    for (let at = from; at < to; ) {
      const piece = this.#pieces.pieceOf(at);
      const place = piece.at + (at - piece.from) * piece.width;
      const { end, properties } = this.#characters.at(place);
      const most = Math.max(at + 1, Math.min(to, piece.to));
      const next = Math.min(most, at + Math.max(1, Math.ceil((end - place) / piece.width)));
      yield { from: at, text: this.#pieces.text.slice(at, next), look: this.#look(properties) };
      at = next;
    }
  }

  /** Look of the mark that ends a paragraph. */
  mark(character: number): Readonly<CharacterLook> {
    return this.#look(this.#characters.at(this.#pieces.placeOf(character)).properties);
  }

  #look(properties: number | undefined): Readonly<CharacterLook> {
    if (properties === undefined) return NO_LOOK;
    const known = this.#looks.get(properties);
    if (known !== undefined) return known;
    const look = { ...NO_LOOK };
    const length = this.#file.main[properties] ?? 0;
    changeCharacters(look, this.#file.main.subarray(properties + 1, properties + 1 + length));
    this.#looks.set(properties, look);
    return look;
  }

  /** Look of the paragraph that a character ends. */
  paragraph(character: number): Readonly<ParagraphLook> {
    const { properties } = this.#paragraphs.at(this.#pieces.placeOf(character));
    if (properties === undefined) return this.#styles.look(0);
    const known = this.#paragraphLooks.get(properties);
    if (known !== undefined) return known;
    const list = paragraphChanges(this.#file.main, properties);
    const style = list.length < 2 ? 0 : list.readUInt16LE(0);
    const look = { ...this.#styles.look(style) };
    changeParagraph(look, list.subarray(2), (place) => this.#dataAt(place));
    this.#paragraphLooks.set(properties, look);
    return look;
  }

  #dataAt(place: number): Buffer {
    const { data } = this.#file;
    const length = place + 2 <= data.length ? data.readUInt16LE(place) : 0;
    this.#elsewhere -= length;
    if (this.#elsewhere < 0)
      throw new FileError(
        "too_large",
        "The document has too many changes of paragraphs. This limit is fixed.",
      );
    return data.subarray(place + 2, place + 2 + length);
  }

  /** Name of a font of symbols; undefined for a font of letters. */
  symbolFont(number: number | undefined): string | undefined {
    return number === undefined ? undefined : symbolFont(this.#fonts[number]);
  }

  fontName(number: number): string | undefined {
    return this.#fonts[number];
  }
}

/** The style of a paragraph and its changes; their length counts words (MS-DOC 2.9.178). */
function paragraphChanges(main: Buffer, at: number): Buffer {
  const words = main[at] ?? 0;
  return words === 0
    ? main.subarray(at + 2, at + 2 + 2 * (main[at + 1] ?? 0))
    : main.subarray(at + 1, at + 2 * words);
}
