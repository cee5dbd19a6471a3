import { counted } from "../result.ts";
import type { Json } from "../task.ts";

/** Counts runs of characters between white space, as `wc -w` does. */
export function countWords(text: string): number {
  let words = 0;
  let isInWord = false;
  // A pattern would make an object for each word, of which a sheet may have a hundred million.
  for (let at = 0; at < text.length; at += 1) {
    const isBlank = isWhiteSpace(text.charCodeAt(at));
    if (!isBlank && !isInWord) words += 1;
    isInWord = !isBlank;
  }
  return words;
}

/** White space outside of ASCII and the blanks from U+2000 to U+200A (ECMA-262, 22.2.2.9, `\s`). */
const RARE_BLANKS: ReadonlySet<number> = new Set(
  [..."\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"].map((blank) => blank.charCodeAt(0)),
);

function isWhiteSpace(code: number): boolean {
  if (code < 0xa0) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return (code >= 0x2000 && code <= 0x200a) || RARE_BLANKS.has(code);
}

/** Counts Unicode code points. */
export function countCharacters(text: string): number {
  let pairs = 0;
  for (const _ of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) pairs += 1;
  return text.length - pairs;
}

/** The first `limit` code points; a surrogate pair is not split. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  for (let taken = 0; taken < limit && end < text.length; taken += 1) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** `2 words: the text`, `no words`. */
export function textSummary(words: number, text: Json | undefined): string {
  return words === 0 ? "no words" : `${counted(words, "word")}: ${String(text).slice(0, 300)}`;
}
