import { abbreviates, numbers } from "./abbreviations.ts";

/** Longest sentence in UTF-16 units; a longer one is cut at a space. */
const MAX_LENGTH = 2_000;
/** Lengths in characters of wrapped lines, whose sentences continue in the next line. */
const WRAPPED = { min: 45, max: 100 } as const;
/** Length of the context after a mark. */
const AHEAD = 40;

/** A mark with closing quotes and brackets; French ones stand behind a space. */
const MARK = /[\p{Sentence_Terminal}…។៕]+["'”’»›)\]}」』）]*(?:[ \u00a0\u202f][»›]["'”’)]*)?|\n/gu;
/** Characters inside a mark; a cut between them would split the mark. */
const IN_MARK = /[\p{Sentence_Terminal}…។៕"'”’»›)\]}」』）]/u;
const CLOSES_BEHIND_SPACE = /[»›]/u;
/** Marks of scripts that have no space behind them. */
const UNSPACED_MARK = /^[。！？｡．။។៕።፧]/u;
const LAST_ASCII = 0x7f;
const STARTS_SMALL = /^\s*\p{Ll}/u;
/** The next dot of an ellipsis with spaces. */
const SPACED_DOTS = /^\s\.(?:\s|$)/u;
const HAS_WORD = /[\p{L}\p{N}]/u;

/** A section of a text, in UTF-16 units. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Yields the sentences of a text, or of a section between two cuts of `cutsOf`, in order, with single spaces for
 * white space. A sentence ends at a full stop, question or exclamation mark before a space (not after
 * abbreviations and initials, nor before a small letter), at an empty line, and at a line end that does
 * not look wrapped.
 */
export function* sentencesOf(text: string, span: Span = { from: 0, to: text.length }): Generator<string> {
  let pending = "";
  let telling = false;
  for (const { flat, tells } of partsOf(text, span)) {
    // A piece without a word (an emoticon, a rule of dashes) belongs to the sentence before it.
    if (!(telling && tells) && pending.length + flat.length < MAX_LENGTH) {
      pending = `${pending} ${flat}`.trimStart();
      telling ||= tells;
      continue;
    }
    if (telling) yield pending;
    pending = flat;
    telling = tells;
  }
  if (telling) yield pending;
}

/**
 * Finds positions to cut a text, about `size` apart, so that the sentences of the sections are the sentences of
 * the whole. Cuts lie between two parts that both have words: there one sentence ends and the next begins,
 * independent of the surrounding text.
 */
export function cutsOf(text: string, size: number): number[] {
  const cuts: number[] = [];
  for (let last = 0; last + size < text.length; last = cuts.at(-1) ?? 0) {
    const cut = cutAfter(text, last, size);
    if (cut === undefined) break;
    cuts.push(cut);
  }
  return cuts;
}

/** Searches only as far as needed: the next certain end of a sentence may be at the end of the text. */
function cutAfter(text: string, last: number, size: number): number | undefined {
  const near = last + size;
  for (let reach = size; ; reach *= 2) {
    const to = Math.min(text.length, near + reach);
    const cut = cutWithin(text, { last, near, to });
    if (cut !== undefined || to === text.length) return cut;
  }
}

interface Reach {
  readonly last: number;
  readonly near: number;
  readonly to: number;
}

function cutWithin(text: string, reach: Reach): number | undefined {
  const end = endAfter(text, { from: reach.near, to: reach.to });
  const cut = end === undefined ? undefined : cutFrom(text, end, reach);
  // Without a sentence that ends here the parts start at the previous cut.
  return cut ?? cutFrom(text, reach.last, reach);
}

function cutFrom(text: string, from: number, { near, to }: Reach): number | undefined {
  let behindWords = false;
  for (const part of partsOf(text, { from, to })) {
    // The sentence may continue beyond the searched part and end elsewhere.
    if (part.to === to && to < text.length) break;
    if (behindWords && part.tells && part.cuttable && part.from >= near) return part.from;
    behindWords = part.tells;
  }
  return undefined;
}

/** The end of a sentence. Marks never begin in the middle behind a space, so from there the ends are those of the whole text. */
function endAfter(text: string, { from, to }: Span): number | undefined {
  const space = text.slice(from, to).search(/\s/u);
  if (space === -1) return undefined;
  const [end] = endsFrom(text, { from: from + space, to });
  return end;
}

/** A sentence, or a piece of a long sentence, with more than white space. */
interface CutText extends Span {
  /** Trimmed text with single spaces for white space. */
  readonly flat: string;
  /** Whether the text has a word. */
  readonly tells: boolean;
  /** Whether a search from this position finds the same marks as a search from an earlier one. */
  readonly cuttable: boolean;
}

function* partsOf(text: string, { from, to }: Span): Generator<CutText> {
  let start = from;
  for (const end of endsFrom(text, { from, to })) {
    yield* boundedParts(text, { from: start, to: end });
    start = end;
  }
  yield* boundedParts(text, { from: start, to });
}

function* boundedParts(text: string, piece: Span): Generator<CutText> {
  for (const { from, to } of bounded(text, piece)) {
    const flat = text.slice(from, to).replace(NOT_ONE_SPACE, " ").trim();
    if (flat === "") continue;
    const cuttable = from === piece.from || !isInMark(text, from);
    yield { from, to, flat, tells: HAS_WORD.test(flat), cuttable };
  }
}

/** White space other than a single space. */
const NOT_ONE_SPACE = /\s{2,}|[^\S ]/gu;

function isInMark(text: string, at: number): boolean {
  return IN_MARK.test(text.charAt(at - 1)) || CLOSES_BEHIND_SPACE.test(text.charAt(at));
}

/** Finds the ends of sentences in a span that begins with a sentence or after a space. */
function* endsFrom(text: string, { from, to }: Span): Generator<number> {
  const mark = new RegExp(MARK);
  mark.lastIndex = from;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const end = match.index + match[0].length;
    if (end > to) return;
    if (endsSentence(text, match.index, end)) yield end;
  }
}

/** Whether the mark at `at`..`end` ends a sentence, by its neighbourhood alone. */
function endsSentence(text: string, at: number, end: number): boolean {
  if (text[at] === "\n") return lineEnds(text, at);
  if (text.charCodeAt(at) > LAST_ASCII && UNSPACED_MARK.test(text.charAt(at))) return true;
  const after = text.slice(end, end + AHEAD);
  if (after !== "" && !/^\s/u.test(after)) return false;
  if (STARTS_SMALL.test(after)) return false;
  if (text[at] !== ".") return true;
  if (SPACED_DOTS.test(after)) return false;
  const before = text.slice(Math.max(0, at - AHEAD), at + 1);
  return !abbreviates(before, after) && !numbers(at < AHEAD ? `\n${before}` : before, after);
}

function lineEnds(text: string, at: number): boolean {
  const after = text.slice(at + 1, at + 1 + AHEAD);
  if (/^[^\S\n]*(?:\n|$)/u.test(after)) return true;
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  if (line.trim() === "") return true;
  const wrapped = line.length >= WRAPPED.min && line.length <= WRAPPED.max;
  if (wrapped) return false;
  return !STARTS_SMALL.test(after) || (LETTERED.test(line) && LETTERED.test(after));
}

/** Begin of a line in a list whose items have letters; `z. B.` and `e. g.` are none. */
const LETTERED = /^[^\S\n]*\p{Ll}[.)]\s+(?!\p{L}\.)/u;

function bounded(text: string, { from, to }: Span): Span[] {
  const spans: Span[] = [];
  let start = from;
  while (to - start > MAX_LENGTH) {
    const space = text.slice(start, start + MAX_LENGTH + 1).lastIndexOf(" ");
    const cut = space > 0 ? start + space + 1 : wholeCharacters(text, start + MAX_LENGTH);
    spans.push({ from: start, to: cut });
    start = cut;
  }
  spans.push({ from: start, to });
  return spans;
}

/** `end`, or `end + 1` if a cut at `end` would split a surrogate pair. */
function wholeCharacters(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end + 1 : end;
}
