/**
 * Names, messages and summaries come from files and from other machines. What a terminal would obey
 * (escape sequences, carriage returns, direction marks) is shown as `\x1b` or `\u202e` instead.
 */
export function printable(text: unknown): string {
  return String(text).replace(DANGEROUS, escaped);
}

/** One JSON document that is harmless on a terminal too: JSON itself leaves DEL, C1 and direction marks as they are. */
export function printableJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, undefined, indent).replace(
    OUTSIDE_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Controls, line and paragraph separators, direction marks, halves of surrogate pairs. */
const DANGEROUS = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const OUTSIDE_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

function escaped(character: string): string {
  if (character === "\n" || character === "\t") return " ";
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}
