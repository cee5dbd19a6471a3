import { detached, KeptWords } from "../kept.ts";
import { BOOSTERS, IDIOMS, NEGATES } from "./constants.ts";
import type { Lexicon } from "./lexicon.ts";

/** A word of a text by VADER: a piece between white space, without punctuation around it. */
export interface VaderWord {
  readonly lower: string;
  /** Python's isupper(): the word has cased letters, all of them capitals. */
  readonly isCapitals: boolean;
  /** By the lexicon; undefined for a word that it does not have. */
  readonly valence: number | undefined;
  /** Amount that the word adds to the valence after it; undefined for a word that is not one of degree. */
  readonly degree: number | undefined;
  readonly negates: boolean;
  /** Whether an idiom or a phrase of degree has the word. */
  readonly isInPhrase: boolean;
}

export interface VaderText {
  readonly words: readonly VaderWord[];
  /** Whether capitals are emphasis: some words are in capitals and some are not. */
  readonly mixedCase: boolean;
}

const UPPER = /\p{Uppercase}/u;
const NOT_UPPER = /[\p{Lowercase}\p{Lt}]/u;

const PHRASED: ReadonlySet<string> = new Set(
  [...IDIOMS.keys(), ...BOOSTERS.keys()]
    .filter((words) => words.includes(" "))
    .flatMap((words) => words.split(" ")),
);

/** Reads texts; what a word is by itself is found out once. */
export class VaderReader {
  readonly #lexicon: Lexicon;
  readonly #kept = new KeptWords<VaderWord>();

  constructor(lexicon: Lexicon) {
    this.#lexicon = lexicon;
  }

  read(text: string): VaderText {
    const words: VaderWord[] = [];
    let capitals = 0;
    for (let from = 0; from < text.length; ) {
      const to = wordEnd(text, from);
      if (to > from) {
        const word = this.#word(bare(text.slice(from, to)));
        if (word.isCapitals) capitals += 1;
        words.push(word);
      }
      from = to + 1;
    }
    return { words, mixedCase: capitals > 0 && capitals < words.length };
  }

  #word(written: string): VaderWord {
    const known = this.#kept.get(written);
    if (known !== undefined) return known;
    const word = this.#wordOf(detached(written));
    this.#kept.set(written, word);
    return word;
  }

  #wordOf(word: string): VaderWord {
    const lower = word.toLowerCase();
    return {
      lower,
      isCapitals: UPPER.test(word) && !NOT_UPPER.test(word),
      valence: this.#lexicon.get(lower),
      degree: BOOSTERS.get(lower),
      negates: NEGATES.has(lower) || lower.includes("n't"),
      isInPhrase: PHRASED.has(lower),
    };
  }
}

function wordEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && !isSpace(text.charCodeAt(end))) end += 1;
  return end;
}

/** White space of Python's str.split(): unlike JavaScript's \s with U+001C..1F and U+0085, without U+FEFF. */
function isSpace(code: number): boolean {
  if (code <= 0x20) return code >= 0x1c || (code >= 0x09 && code <= 0x0d);
  if (code < 0x2000) return code === 0x85 || code === 0xa0 || code === 0x1680;
  return code <= 0x3000 && (code <= 0x200a || OTHER_SPACES.includes(code));
}

const OTHER_SPACES = [0x2028, 0x2029, 0x202f, 0x205f, 0x3000];

/** Strips ASCII punctuation from both ends, unless at most two characters would remain (an emoticon). */
function bare(token: string): string {
  let start = 0;
  let end = token.length;
  while (start < end && isPunctuation(token.charCodeAt(start))) start += 1;
  while (end > start && isPunctuation(token.charCodeAt(end - 1))) end -= 1;
  if (end - start === token.length) return token;
  const stripped = token.slice(start, end);
  return hasAtMostTwo(stripped) ? token : stripped;
}

function hasAtMostTwo(word: string): boolean {
  return word.length <= 2 || (word.length <= 4 && [...word].length <= 2);
}

function isPunctuation(code: number): boolean {
  return (
    (code >= 33 && code <= 47) ||
    (code >= 58 && code <= 64) ||
    (code >= 91 && code <= 96) ||
    (code >= 123 && code <= 126)
  );
}
