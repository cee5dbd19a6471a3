import { APOSTROPHE, HYPHEN, JOINER, LETTER, MARK, NUMBER, SPACE, UNDERSCORE, unitTable } from "./units.ts";

/** Hears of the words of a text and of the ends of its clauses, in their order. */
export interface WordListener {
  /** A word as it is written, with capitals. */
  word(written: string): void;
  /** The end of a clause, which no keyword crosses. */
  endClause(): void;
}

/**
 * What `scan` does not read as the regular expressions of words and clauses do: soft hyphens, pairs of surrogates, Σ, whose
 * small letter depends on its neighbours, and the beginnings of tags, entities and addresses.
 */
const OTHERS = /[\u00adΣ\ud800-\udfff<&]|:\/\//;

/** Whether `scan` finds the words and the clauses of a text. */
export function isPlain(text: string): boolean {
  return !OTHERS.test(text);
}

const STARTS_WORD = LETTER | NUMBER;
const IN_WORD = LETTER | NUMBER | MARK | UNDERSCORE;
const BEHIND_APOSTROPHE = LETTER | MARK;
const BETWEEN_WORDS = MARK | SPACE | APOSTROPHE | JOINER | UNDERSCORE;

/** Reads a plain text with composed letters once; its words and clauses are those of `clausesOf`. */
export function scan(text: string, listener: WordListener): void {
  const table = unitTable();
  for (let at = 0; at < text.length; ) {
    const unit = table[text.charCodeAt(at)] ?? 0;
    if ((unit & STARTS_WORD) !== 0) {
      const end = wordEnd(text, at, table);
      listener.word(text.slice(at, end));
      at = end;
      continue;
    }
    const divides = unit === HYPHEN ? isDash(text, at, table) : (unit & BETWEEN_WORDS) === 0;
    if (divides) listener.endClause();
    at += 1;
  }
}

function wordEnd(text: string, from: number, table: Uint8Array): number {
  let end = from;
  let unit = 0;
  do {
    end += 1;
    unit = unitAt(text, end, table);
  } while ((unit & IN_WORD) !== 0 || (unit === JOINER && (unitAt(text, end + 1, table) & LETTER) !== 0));
  while (unit === APOSTROPHE && (unitAt(text, end + 1, table) & BEHIND_APOSTROPHE) !== 0) {
    do {
      end += 1;
      unit = unitAt(text, end, table);
    } while ((unit & BEHIND_APOSTROPHE) !== 0);
  }
  return end;
}

/** Whether hyphens from `at` on stand for a dash: between spaces. */
function isDash(text: string, at: number, table: Uint8Array): boolean {
  if (at === 0 || (unitAt(text, at - 1, table) & SPACE) === 0) return false;
  let end = at;
  while (unitAt(text, end, table) === HYPHEN) end += 1;
  return (unitAt(text, end, table) & SPACE) !== 0;
}

/** The bits of a unit; none beyond the end. */
function unitAt(text: string, at: number, table: Uint8Array): number {
  return at < text.length ? (table[text.charCodeAt(at)] ?? 0) : 0;
}
