import { isUtf8 } from "node:buffer";
import { readDecimal } from "./decimal.ts";
import { type Field, MIXED } from "./rows.ts";

/** Most fields of a first line that are held until its kind is known: heading or numbers. */
const MAX_HEADING = 10_000;

/** Words that stand for a missing value. */
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "nil", "-", "?"]);

/** Words that may have been meant as a number: digits behind signs and currencies, letters in place of digits, infinity. */
const NUMBER_LIKE =
  /^[^\p{L}\p{N}]*(?:\p{N}|[oil][.,]\d|inf(?:inity)?$|e[+-]?\d|(?:eur|usd|gbp|chf|jpy|cny|inr)\d)/iu;

export function isMissing(text: string): boolean {
  return MISSING.has(text.toLowerCase());
}

/** Skips a first line that is a heading, in a file of several lines. */
export async function* withoutHeading(
  blocks: AsyncIterable<readonly Field[]>,
): AsyncGenerator<readonly Field[]> {
  let held: Field[] | undefined = [];
  for await (const words of blocks) {
    if (held === undefined) {
      yield words;
      continue;
    }
    held.push(...words);
    if (held.at(-1)?.line === held[0]?.line && held.length < MAX_HEADING) continue;
    yield afterHeading(held);
    held = undefined;
  }
  if (held !== undefined) yield afterHeading(held);
}

/** A heading has a word that does not stand for a missing value, and no word that could be a number. */
function afterHeading(words: readonly Field[]): readonly Field[] {
  const first = words[0]?.line;
  const end = words.findIndex(({ line }) => line !== first);
  const heading = end < 0 ? words : words.slice(0, end);
  const named = heading.some(({ text }) => text !== MIXED && !isMissing(text));
  const numbered = heading.some(({ text }) => readDecimal(text) !== undefined || isNumberLike(text));
  return end < 0 || numbered || !named ? words : words.slice(end);
}

/** Fields are Latin-1 of bytes; headings in UTF-8 have digits of other scripts as well. */
function isNumberLike(text: string): boolean {
  const bytes = Buffer.from(text, "latin1");
  return NUMBER_LIKE.test(isUtf8(bytes) ? bytes.toString("utf8") : text);
}
