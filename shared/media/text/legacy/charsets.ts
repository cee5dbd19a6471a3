import * as iconv from "../codecs/iconv.ts";
import { type LetterModel, type Script, scriptOf } from "../letters/model.ts";
import { type Mark, markOf } from "./marks.ts";

/** Kinds of characters. */
export const Kind = { other: 0, space: 1, digit: 2, letter: 3, mark: 4 } as const;

/** An encoding with one byte a character. Arrays have an entry for each byte. */
export interface Charset {
  /** Name of IANA in lower case. */
  readonly name: string;
  /** Cost of its rarity in half nats. */
  readonly rarity: number;
  readonly characters: readonly string[];
  /** Letters in lower case; "" for characters that are no letters. */
  readonly letters: readonly string[];
  readonly kinds: Uint8Array;
  readonly upper: Uint8Array;
  readonly lower: Uint8Array;
  readonly scripts: readonly (Script | undefined)[];
  /** Marks of the characters above 127 that are no letters. */
  readonly marks: readonly (Mark | undefined)[];
}

/** Names of IANA, those of iconv-lite where it has another one, and the rarity of each. Of equals the first is named. */
const NAMES: readonly (readonly [name: string, rarity: number, own?: string])[] = [
  ["windows-1252", 0],
  ["windows-1251", 0],
  ["windows-1250", 1],
  ["windows-1253", 1],
  ["windows-1254", 2],
  ["windows-1255", 1],
  ["windows-1256", 1],
  ["windows-1257", 2],
  ["windows-1258", 5],
  ["windows-874", 1],
  ["koi8-r", 1],
  ["koi8-u", 2],
  ["iso-8859-2", 2],
  ["iso-8859-5", 3],
  ["iso-8859-7", 2],
  ["iso-8859-9", 3],
  ["iso-8859-8", 3],
  ["iso-8859-6", 4],
  ["iso-8859-15", 4],
  ["iso-8859-13", 5],
  ["iso-8859-4", 6],
  ["iso-8859-3", 11],
  ["iso-8859-10", 12],
  ["iso-8859-14", 12],
  ["iso-8859-16", 11],
  ["ibm866", 3, "cp866"],
  ["ibm437", 5, "cp437"],
  ["ibm850", 5, "cp850"],
  ["ibm852", 5, "cp852"],
  ["ibm855", 11, "cp855"],
  ["ibm857", 11, "cp857"],
  ["ibm858", 6, "cp858"],
  ["ibm860", 13, "cp860"],
  ["ibm861", 13, "cp861"],
  ["ibm862", 11, "cp862"],
  ["ibm863", 13, "cp863"],
  ["ibm865", 12, "cp865"],
  ["ibm737", 11, "cp737"],
  ["ibm869", 13, "cp869"],
  ["ibm775", 12, "cp775"],
  ["macintosh", 6],
  ["x-mac-cyrillic", 10, "maccyrillic"],
  ["x-mac-ce", 12, "maccenteuro"],
  ["x-mac-greek", 13, "macgreek"],
  ["x-mac-turkish", 13, "macturkish"],
  ["x-mac-icelandic", 13, "maciceland"],
  ["x-mac-croatian", 14, "maccroatian"],
  ["x-mac-romanian", 14, "macromania"],
  ["viscii", 13],
  ["tcvn", 13],
  ["armscii-8", 8, "armscii8"],
  ["georgian-academy", 9, "georgianacademy"],
  ["georgian-ps", 9, "georgianps"],
  ["kz-1048", 8, "rk1048"],
];

let made: readonly Charset[] | undefined;

export function charsets(): readonly Charset[] {
  made ??= NAMES.map(([name, rarity, own = name]) => charset(name, rarity, own));
  return made;
}

function charset(name: string, rarity: number, own: string): Charset {
  const characters = Array.from({ length: 256 }, (_, byte) => iconv.decode(Buffer.from([byte]), own));
  const letters = characters.map(letterOf);
  const every = (pattern: RegExp) =>
    Uint8Array.from(characters, (character) => Number(pattern.test(character)));
  return {
    name,
    rarity,
    characters,
    letters,
    kinds: Uint8Array.from(letters, (letter, byte) => (letter === "" ? kindOf(byte) : Kind.letter)),
    upper: every(/\p{Lu}/u),
    lower: every(/\p{Ll}/u),
    scripts: letters.map(scriptOf),
    marks: characters.map((character, byte) =>
      byte > 127 && letters[byte] === "" ? markOf(character) : undefined,
    ),
  };
}

function letterOf(character: string): string {
  if (character === "İ") return "i";
  return /^[\p{L}\p{M}]/u.test(character) ? character.toLowerCase() : "";
}

function kindOf(byte: number): number {
  if (byte > 127) return Kind.mark;
  if (byte <= 0x20) return Kind.space;
  return byte >= 0x30 && byte <= 0x39 ? Kind.digit : Kind.other;
}

const indexes = new WeakMap<Charset, Map<LetterModel, Int16Array>>();

/** For each byte its letter in the model: 0 for what is no letter, -1 for a letter that the language does not have. */
export function indexesOf(charset: Charset, model: LetterModel): Int16Array {
  const known = indexes.get(charset) ?? new Map<LetterModel, Int16Array>();
  indexes.set(charset, known);
  const found =
    known.get(model) ??
    Int16Array.from(charset.letters, (letter) => (letter === "" ? 0 : (model.indexOf.get(letter) ?? -1)));
  known.set(model, found);
  return found;
}
