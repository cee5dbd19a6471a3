import { englishAbbreviations } from "./natural.ts";

/** Abbreviations beside those of natural: titles, references in books, months, and some German ones. */
const MORE = `ms prof rev hon st sr jr gen col capt lt maj sgt gov sen rep pres messrs mme mlle fig eq ch vol pp ed eds
  jan feb mar apr jun jul aug sep sept oct nov dec cf al ca bzw usw dr nr str viz ibid
  feat prod z.b d.h z.t u.a o.ä u.u v.a i.d.r s.o s.u`;
/** Words of natural's list that end sentences more often than they abbreviate. */
const ENDINGS = "no min temp etc a.s.a.p d.i.y b.y.o.b r.s.v.p";

/** Words that abbreviate before a number only. */
const BEFORE_NUMBERS: ReadonlySet<string> = new Set([
  "no",
  "nos",
  "art",
  "sec",
  "par",
  "abs",
  "bd",
  "kap",
  "s",
  "p",
]);

/** Initials without a space ("A.B. Smith"), and what looks like them but ends sentences, too. */
const INITIALS = /^\p{L}\.\p{L}$/u;
const PLACES_AND_TIMES: ReadonlySet<string> = new Set(
  "u.s u.k u.n e.u d.c n.y l.a a.m p.m b.c a.d".split(" "),
);

/** The word before the last full stop, searched from there backwards. */
const LAST_WORD = /\.$(?<=(?:^|[\s(["'“‘«])([\p{L}.]+)\.)/u;

const endings: ReadonlySet<string> = new Set(ENDINGS.split(" "));
const abbreviations: ReadonlySet<string> = new Set(
  [...englishAbbreviations().map(withoutStop), ...MORE.split(/\s+/)].filter((word) => !endings.has(word)),
);

/** Whether `before` ends in an abbreviation or an initial ("J. S. Bach", "No. 5") with its full stop. */
export function abbreviates(before: string, after: string): boolean {
  const word = LAST_WORD.exec(before)?.[1]?.toLowerCase();
  if (word === undefined) return false;
  if (BEFORE_NUMBERS.has(word) && /^\s+\d/u.test(after)) return true;
  if (abbreviations.has(word) || (/^\p{L}$/u.test(word) && word !== "i")) return true;
  return INITIALS.test(word) && !PLACES_AND_TIMES.has(word);
}

/** The number of an item at the begin of a line: "1.", "2.3.", "a.", "iv.". */
const ITEM = /\n[^\S\n]*\(?(?:\d{1,3}(?:\.\d{1,3})*|\p{L}|[ivx]{1,5})\.$/iu;
/** Words of German before an ordinal ("der 17. Versuch"), and words that are counted by ordinals. */
const BEFORE_ORDINAL =
  /(?:^|[\s(„"»])(?:am|im|vom|zum|zur|beim|der|dem|den|des|das|seit|bis|ab|ins|jede[mnrs]?|diese[mnrs]?|(?:m|d|s|k)?eine?[mnrs]?|ihre?[mnrs]?|unsere?[mnrs]?)\s+\d{1,3}\.$/iu;
const AFTER_ORDINAL =
  /^\s+(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jahrhundert|Jahrestag|Geburtstag|Lebensjahr|Auflage|Platz|Stock|Klasse|Mal|(?:Bundes)?[Ll]iga|Etage|Weltkrieg|Halbzeit|Runde)\b/u;

/** Whether `before` ends in the number of an item or in an ordinal with its full stop. */
export function numbers(before: string, after: string): boolean {
  if (before.includes("\n") && /[\p{L}\d]\.$/u.test(before) && ITEM.test(before)) return true;
  if (!/\d\.$/.test(before)) return false;
  if (BEFORE_ORDINAL.test(before)) return true;
  return /(?:^|\D)\d{1,2}\.$/u.test(before) && AFTER_ORDINAL.test(after);
}

function withoutStop(word: string): string {
  return word.toLowerCase().replace(/\.$/, "");
}
