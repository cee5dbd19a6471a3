import { abbreviates } from "./abbreviations.ts";

/** A sentence is cut at a space beyond this many UTF-16 units, so that no text makes a sentence of itself. */
const MAX_LENGTH = 2_000;
/** Lines of this length, in characters, look wrapped: the sentence goes on in the next one. */
const WRAPPED = { min: 45, max: 100 } as const;
/** How far behind a mark its context reaches. */
const AHEAD = 40;

const MARK = /[.!?…。！？｡؟۔।॥]+["'”’»)\]}」』）]*|\n/gu;
const UNSPACED_MARK = /^[。！？｡]/u;
const STARTS_SMALL = /^\s*\p{Ll}/u;
const HAS_WORD = /[\p{L}\p{N}]/u;

/** A stretch of a text, in UTF-16 units. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The sentences of a text, or of the stretch of it that `cutsOf` marked, in their order, white space as
 * single spaces. A sentence ends at a full stop, question or exclamation mark before a space (not after
 * abbreviations and initials, nor before a small letter), at an empty line, and at a line end that does
 * not look wrapped.
 */
export function* sentencesOf(text: string, span: Span = { from: 0, to: text.length }): Generator<string> {
  let pending = "";
  let telling = false;
  for (const flat of flatPieces(text, span)) {
    const tells = HAS_WORD.test(flat);
    // What has no word (an emoticon, a rule of dashes) belongs to the sentence before it.
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
 * Places to cut a text, about `size` apart, so that the sentences of the stretches are the sentences of
 * the whole: between two pieces of ordinary length that both have words, where the one's sentence
 * surely ends and the other's begins.
 */
export function cutsOf(text: string, size: number): number[] {
  const cuts: number[] = [];
  for (let near = size; near < text.length; near = (cuts.at(-1) ?? 0) + size) {
    const cut = cutAfter(text, near);
    if (cut === undefined) break;
    cuts.push(cut);
  }
  return cuts;
}

function cutAfter(text: string, near: number): number | undefined {
  const space = text.slice(near).search(/\s/u);
  if (space === -1) return undefined;
  let [start, end]: (number | undefined)[] = [];
  // Marks never begin in the middle behind a space, so from there the ends are those of the whole text.
  for (const next of endsFrom(text, near + space)) {
    if (start !== undefined && end !== undefined && isPlain(text, start, end) && isPlain(text, end, next))
      return end;
    start = end;
    end = next;
  }
  return undefined;
}

function isPlain(text: string, from: number, to: number): boolean {
  return to - from <= MAX_LENGTH / 2 && HAS_WORD.test(text.slice(from, to));
}

function* flatPieces(text: string, { from, to }: Span): Generator<string> {
  let start = from;
  for (const end of endsFrom(text, from)) {
    if (end > to) break;
    yield* flattened(text.slice(start, end));
    start = end;
  }
  yield* flattened(text.slice(start, to));
}

function* flattened(piece: string): Generator<string> {
  for (const part of bounded(piece)) {
    const flat = part.replace(/\s+/gu, " ").trim();
    if (flat !== "") yield flat;
  }
}

/** Where sentences end from `from` on. */
function* endsFrom(text: string, from: number): Generator<number> {
  const mark = new RegExp(MARK);
  mark.lastIndex = from;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const end = match.index + match[0].length;
    if (endsSentence(text, match.index, end)) yield end;
  }
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
