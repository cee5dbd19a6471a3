import { englishAbbreviations } from "./natural.ts";

/** Abbreviations beside those of natural: titles, references in books, months, and some German ones. */
const MORE = `ms prof rev hon st sr jr gen col capt lt maj sgt gov sen rep pres messrs mme mlle fig eq ch vol pp ed eds
  jan feb mar apr jun jul aug sep sept oct nov dec cf al ca bzw usw dr nr str viz ibid`;
/** Words of natural's list that end sentences more often than they abbreviate. */
const ENDINGS = "no min temp etc a.s.a.p d.i.y b.y.o.b r.s.v.p";

const LAST_WORD = /(?:^|[\s(["'“‘«])([\p{L}.]+)\.$/u;

const endings: ReadonlySet<string> = new Set(ENDINGS.split(" "));
const abbreviations: ReadonlySet<string> = new Set(
  [...englishAbbreviations().map(withoutStop), ...MORE.split(/\s+/)].filter((word) => !endings.has(word)),
);

/** Whether `before` ends in an abbreviation or an initial ("J. S. Bach") with its full stop. */
export function abbreviates(before: string): boolean {
  const word = LAST_WORD.exec(before)?.[1]?.toLowerCase();
  if (word === undefined) return false;
  return abbreviations.has(word) || (/^\p{L}$/u.test(word) && word !== "i");
}

function withoutStop(word: string): string {
  return word.toLowerCase().replace(/\.$/, "");
}
