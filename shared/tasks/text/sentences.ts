import { createRequire } from "node:module";

/** A sentence is cut at a space beyond this many UTF-16 units, so that no text makes a sentence of itself. */
const MAX_LENGTH = 2_000;
/** Lines of this length, in characters, look wrapped: the sentence goes on in the next one. */
const WRAPPED = { min: 45, max: 100 } as const;
/** How far behind a mark its context reaches. */
const AHEAD = 40;

const MARK = /[.!?…。！？｡؟۔।॥]+["'”’»)\]}」』）]*|\n/gu;
const UNSPACED_MARK = /^[。！？｡]/u;
const LAST_WORD = /(?:^|[\s(["'“‘«])([\p{L}.]+)\.$/u;
const STARTS_SMALL = /^\s*\p{Ll}/u;
const HAS_WORD = /[\p{L}\p{N}]/u;

const { knownAbbreviations }: { readonly knownAbbreviations: readonly string[] } = createRequire(
  import.meta.url,
)("natural/lib/natural/util/abbreviations_en.js");
/** Abbreviations that are followed by more of the sentence: those of natural, and some more. */
const ABBREVIATIONS: ReadonlySet<string> = new Set([
  ...knownAbbreviations.map((word) => word.toLowerCase().replace(/\.$/, "")),
  ..."ms prof rev hon st sr jr gen col capt lt maj sgt gov sen rep pres messrs mme mlle fig eq ch vol pp ed eds".split(
    " ",
  ),
  ..."jan feb mar apr jun jul aug sep sept oct nov dec cf al etc ca bzw usw dr nr str approx viz ibid".split(
    " ",
  ),
]);
// "no." and "min." end sentences more often than they abbreviate.
const ENDINGS: ReadonlySet<string> = new Set([
  "no",
  "min",
  "temp",
  "etc",
  "a.s.a.p",
  "d.i.y",
  "b.y.o.b",
  "r.s.v.p",
]);

/**
 * The sentences of a text in their order, white space as single spaces. A sentence ends at a full
 * stop, question or exclamation mark before a space (not after abbreviations and initials, nor before
 * a small letter), at an empty line, and at a line end that does not look wrapped.
 */
export function* sentencesOf(text: string): Generator<string> {
  let pending = "";
  for (const piece of pieces(text)) {
    const flat = piece.replace(/\s+/gu, " ").trim();
    if (flat === "") continue;
    // What has no word (an emoticon, a rule of dashes) belongs to the sentence before it.
    if (pending !== "" && HAS_WORD.test(flat) && HAS_WORD.test(pending)) {
      yield pending;
      pending = flat;
    } else pending = pending.length > MAX_LENGTH ? flat : `${pending} ${flat}`.trim();
  }
  if (HAS_WORD.test(pending)) yield pending;
}

function* pieces(text: string): Generator<string> {
  let start = 0;
  for (const match of text.matchAll(MARK)) {
    const end = match.index + match[0].length;
    if (!endsSentence(text, match.index, end)) continue;
    yield* bounded(text.slice(start, end));
    start = end;
  }
  yield* bounded(text.slice(start));
}

/** Whether the mark at `at`..`end` ends a sentence; looks at its neighbourhood only. */
function endsSentence(text: string, at: number, end: number): boolean {
  if (text[at] === "\n") return lineEnds(text, at);
  if (UNSPACED_MARK.test(text.slice(at, end))) return true;
  const after = text.slice(end, end + AHEAD);
  if (after !== "" && !/^\s/u.test(after)) return false;
  if (STARTS_SMALL.test(after)) return false;
  return text[at] !== "." || !abbreviates(text.slice(Math.max(0, at - AHEAD), at + 1));
}

/** Whether `before` ends in an abbreviation or an initial ("J. S. Bach"). */
function abbreviates(before: string): boolean {
  const word = LAST_WORD.exec(before)?.[1]?.toLowerCase();
  if (word === undefined || ENDINGS.has(word)) return false;
  return ABBREVIATIONS.has(word) || (/^\p{L}$/u.test(word) && word !== "i");
}

function lineEnds(text: string, at: number): boolean {
  const after = text.slice(at + 1, at + 1 + AHEAD);
  if (/^[^\S\n]*(?:\n|$)/u.test(after)) return true;
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  if (line.trim() === "") return true;
  const wrapped = line.length >= WRAPPED.min && line.length <= WRAPPED.max;
  return !wrapped && !STARTS_SMALL.test(after);
}

function* bounded(piece: string): Generator<string> {
  let rest = piece;
  while (rest.length > MAX_LENGTH) {
    const space = rest.lastIndexOf(" ", MAX_LENGTH);
    const cut = space > 0 ? space + 1 : wholeCharacters(rest, MAX_LENGTH);
    yield rest.slice(0, cut);
    rest = rest.slice(cut);
  }
  yield rest;
}

/** `length`, or one more where it would cut a surrogate pair. */
function wholeCharacters(text: string, length: number): number {
  const code = text.charCodeAt(length - 1);
  return code >= 0xd800 && code <= 0xdbff ? length + 1 : length;
}
