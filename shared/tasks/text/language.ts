import { longCode, shortCode } from "./codes.ts";
import { type Detected, detector } from "./detector.ts";
import { stopWordsOf } from "./stopWords.ts";
import { wordsOf } from "./words.ts";

export interface Language {
  /** ISO 639-3 code; `und` if the text does not show its language. */
  readonly code: string;
  /** BCP 47 tag: the two letter code if there is one. */
  readonly tag: string;
  /** Confidence, 0..1: share of short texts with the same figures that are in the language; 1 for a given one. */
  readonly confidence: number;
}

export const UNKNOWN: Language = { code: "und", tag: "und", confidence: 0 };
/** Number of characters from the beginning in which the language is detected. */
const SAMPLE = 20_000;
const JUDGED = 6_000;
const MARKUP = /<[^<>]{0,500}>|&[a-z]+;|https?:\S+|[\w.+-]+@[\w.-]+/giu;

/** Least confidence with which a language is named without further signs: tables and single words have less. */
const SURE = 0.6;
/** Fewest letters of a text in Latin script that show a language without function words. */
const LETTERS = 20;
/** Function words of the language that are sign enough below that confidence: their number, and their share of all words. */
const SIGNS = { words: 3, share: 0.3 } as const;
const NOT_LATIN = /(?!\p{Script=Latin})\p{L}/u;

/** Detects the main language of the text's beginning, without tags and addresses. */
export async function languageOf(text: string): Promise<Language> {
  const sample = text
    .slice(0, SAMPLE)
    .replace(MARKUP, " ")
    .replace(/[\d\s]+/gu, " ")
    .slice(0, JUDGED);
  if (!/\p{L}{2}/u.test(sample)) return UNKNOWN;
  const detect = await detector();
  const words = ofMainScript(sample);
  return judged(words, detect(words));
}

const LATIN_WORDS = /\p{Script=Latin}+/gu;
const OTHER_WORDS = /(?:(?!\p{Script=Latin})[\p{L}\p{M}])+/gu;

/** The words of a text in Latin letters, or those in other letters: names and terms of the other kind mislead the detector. */
function ofMainScript(sample: string): string {
  const latin = lengthOf(sample.match(LATIN_WORDS));
  const other = lengthOf(sample.match(OTHER_WORDS));
  if (latin === 0 || other === 0) return sample;
  // Most other scripts need fewer letters for a word.
  return sample.replace(other * 2 >= latin ? LATIN_WORDS : OTHER_WORDS, " ").replace(/\s+/gu, " ");
}

function lengthOf(words: readonly string[] | null): number {
  return (words ?? []).reduce((sum, word) => sum + word.length, 0);
}

function judged(sample: string, { language, probability }: Detected): Language {
  const isLatin = !NOT_LATIN.test(sample);
  const tag = shortCode(longCode(language));
  const spoken = bySigns(sample, tag);
  if (spoken !== undefined) return spoken;
  // A language of another script in Latin letters is a guess about foreign words.
  if (language.includes("-") || (isLatin && OTHER_SCRIPTS.has(tag))) return UNKNOWN;
  const confidence = calibrated(probability);
  const isShort = isLatin && (sample.match(/\p{L}/gu)?.length ?? 0) < LETTERS;
  if ((confidence < SURE || isShort) && !hasFunctionWords(sample, tag)) return UNKNOWN;
  return { ...named(tag), confidence: Math.round(confidence * 1_000) / 1_000 };
}

/** Languages that are not written in Latin letters; the detector finds them in English, too. */
const OTHER_SCRIPTS: ReadonlySet<string> = new Set(
  "am ar be bg bn el fa gu he hi hy ja ka kk km kn ko ky lo mk ml mn mr my ne pa ps ru sd si sr ta te tg th uk ur yi zh".split(
    " ",
  ),
);

/** Probabilities of the detector, and the shares of 6,196 short texts with them that are in the language. */
const SHARES = [
  [0, 0],
  [0.4, 0.21],
  [0.6, 0.45],
  [0.85, 0.56],
  [0.92, 0.77],
  [0.97, 0.83],
  [0.995, 0.92],
  [1, 0.99],
] as const;

function calibrated(probability: number): number {
  const above = Math.max(
    1,
    SHARES.findIndex(([from]) => from >= probability),
  );
  const [from, low] = SHARES[above - 1] ?? SHARES[0];
  const [to, high] = SHARES[above] ?? [1, 0.99];
  return low + ((Math.min(probability, to) - from) / (to - from)) * (high - low);
}

/** Number of words up to which function words tell the language better than the detector, and their least share. */
const SHORT = { words: 40, share: 0.25, lead: 2 } as const;

/** The language of a short text, if it has many more function words of it than of English, or the other way round. */
function bySigns(sample: string, detected: string): Language | undefined {
  const words = wordsOf(sample);
  if (words.length > SHORT.words) return undefined;
  const [best, second] = [...new Set(["en", detected])]
    .map((lang) => ({ lang, count: countFunctionWords(words, lang) }))
    .sort((a, b) => b.count - a.count);
  if (best === undefined || best.count < SIGNS.words || best.count < SHORT.share * words.length)
    return undefined;
  const next = second?.count ?? 0;
  if (best.count < SHORT.lead * next) return undefined;
  return { ...named(best.lang), confidence: Math.round((1 - (next + 1) / (best.count + 2)) * 1_000) / 1_000 };
}

function countFunctionWords(words: readonly string[], tag: string): number {
  const functionWords = stopWordsOf(tag);
  return words.filter((word) => functionWords.has(word)).length;
}

function hasFunctionWords(sample: string, tag: string): boolean {
  const words = wordsOf(sample);
  const found = countFunctionWords(words, tag);
  return found >= SIGNS.words && found >= SIGNS.share * words.length;
}

/** The language of a code of two or three letters that a client gave. */
export function languageNamed(name: string): Language {
  return { ...named(name), confidence: 1 };
}

function named(name: string): Pick<Language, "code" | "tag"> {
  const code = longCode(name);
  return { code, tag: shortCode(code) };
}
