import { detectAll, toISO2, toISO3 } from "tinyld";
import { stopWordsOf } from "./stopWords.ts";
import { wordsOf } from "./words.ts";

export interface Language {
  /** ISO 639-3 code; `und` if the text does not show its language. */
  readonly code: string;
  /** BCP 47 tag: the two letter code if there is one. */
  readonly tag: string;
  /** Confidence, 0..1; 1 for a given language. */
  readonly confidence: number;
}

export const UNKNOWN: Language = { code: "und", tag: "und", confidence: 0 };
/** Number of characters from the beginning in which the language is detected. */
const SAMPLE = 20_000;
const JUDGED = 6_000;
const MARKUP = /<[^<>]{0,500}>|&[a-z]+;|https?:\S+|[\w.+-]+@[\w.-]+/giu;
/** Codes of the detector that stand for their macrolanguage. */
const MACRO: Readonly<Record<string, string>> = {
  cmn: "zho",
  pes: "fas",
  arb: "ara",
  ekk: "est",
  lvs: "lav",
};

/** Least confidence of the detector with which a language is named without further signs: tables and single words have less. */
const SURE = 0.35;
/** Function words of the language that are sign enough below that confidence: their number, and their share of all words. */
const SIGNS = { words: 3, share: 0.3 } as const;
/** Languages that are not written in Latin letters; the detector finds them in English, too. */
const OTHER_SCRIPTS: ReadonlySet<string> = new Set(
  "am ar be bg bn el fa gu he hi hy ja ka km kn ko mk mr my ne ps ru ta te th ug uk ur yi zh".split(" "),
);
const NOT_LATIN = /(?!\p{Script=Latin})\p{L}/u;

/** Detects the main language of the text's beginning by tinyld, without tags and addresses. */
export function languageOf(text: string): Language {
  const sample = text
    .slice(0, SAMPLE)
    .replace(MARKUP, " ")
    .replace(/[\d\s]+/gu, " ")
    .slice(0, JUDGED);
  const isLatin = !NOT_LATIN.test(sample);
  const found = /\p{L}{2}/u.test(sample) ? detectAll(sample) : [];
  const best = found.find(({ lang }) => !(isLatin && OTHER_SCRIPTS.has(lang)));
  if (best === undefined) return UNKNOWN;
  const spoken = bySigns(
    sample,
    found.map(({ lang }) => lang),
  );
  if (spoken !== undefined) return spoken;
  const language = named(best.lang);
  if (best.accuracy < SURE && !hasFunctionWords(sample, language.tag)) return UNKNOWN;
  return { ...language, confidence: Math.round(Math.min(best.accuracy, 1) * 1_000) / 1_000 };
}

/** Number of words up to which function words tell the language better than the detector, and their least share. */
const SHORT = { words: 40, share: 0.25, lead: 2 } as const;

/** The language of a short text, if it has many more function words of it than of the others that are possible. */
function bySigns(sample: string, languages: readonly string[]): Language | undefined {
  const words = wordsOf(sample);
  if (words.length > SHORT.words) return undefined;
  const counts = [...new Set(["en", ...languages])]
    .map((lang) => ({ lang, count: countFunctionWords(words, lang) }))
    .sort((a, b) => b.count - a.count);
  const [best, second] = counts;
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
  const three = name.length === 3 ? name : toISO3(name);
  const code = MACRO[three] ?? (three === "" ? name : three);
  const two = toISO2(three);
  return { code, tag: two.length === 2 ? two : code };
}
