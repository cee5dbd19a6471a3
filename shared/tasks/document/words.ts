import { counted } from "../result.ts";
import type { Json } from "../task.ts";

/** Counts runs of characters between white space, as `wc -w` does. */
export function countWords(text: string): number {
  let words = 0;
  for (const _ of text.matchAll(/\S+/gu)) words += 1;
  return words;
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
