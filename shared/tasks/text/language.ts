import { detectAll, toISO2, toISO3 } from "tinyld";

export interface Language {
  /** ISO 639-3 code; `und` where there is too little to tell. */
  readonly code: string;
  /** BCP 47 tag: the two letter code where there is one. */
  readonly tag: string;
  /** 0..1; 1 where the language was given. */
  readonly confidence: number;
}

const UNKNOWN: Language = { code: "und", tag: "und", confidence: 0 };
/** Characters from the beginning that the language is judged by. */
const SAMPLE = 20_000;
const JUDGED = 6_000;
const MARKUP = /<[^<>]{0,500}>|&[a-z]+;|https?:\S+|[\w.+-]+@[\w.-]+/giu;
/** Individual codes of the detector whose macrolanguage is meant. */
const MACRO: Readonly<Record<string, string>> = {
  cmn: "zho",
  pes: "fas",
  arb: "ara",
  ekk: "est",
  lvs: "lav",
};

/** The language that most of the text's beginning is in, by tinyld; tags and addresses are left out. */
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

/** A language that a client named by two or three letters. */
export function languageNamed(name: string): Language {
  return { ...named(name), confidence: 1 };
}

function named(name: string): Pick<Language, "code" | "tag"> {
  const three = name.length === 3 ? name : toISO3(name);
  const code = MACRO[three] ?? (three === "" ? name : three);
  const two = toISO2(three);
  return { code, tag: two.length === 2 ? two : code };
}
