import { detectAll, toISO2, toISO3 } from "tinyld";

export interface Language {
  /** ISO 639-3 code; `und` if the text is too short. */
  readonly code: string;
  /** BCP 47 tag: the two letter code if there is one. */
  readonly tag: string;
  /** Confidence, 0..1; 1 for a given language. */
  readonly confidence: number;
}

const UNKNOWN: Language = { code: "und", tag: "und", confidence: 0 };
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

/** Detects the main language of the text's beginning by tinyld, without tags and addresses. */
export function languageOf(text: string): Language {
  const sample = text
    .slice(0, SAMPLE)
    .replace(MARKUP, " ")
    .replace(/[\d\s]+/gu, " ")
    .slice(0, JUDGED);
  const [best] = /\p{L}{2}/u.test(sample) ? detectAll(sample) : [];
  if (best === undefined) return UNKNOWN;
  return { ...named(best.lang), confidence: Math.round(Math.min(best.accuracy, 1) * 1_000) / 1_000 };
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
