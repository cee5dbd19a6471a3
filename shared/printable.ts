/**
 * Makes a text from a file or another machine safe to print: characters that a terminal would act on (escape
 * sequences, carriage returns, direction marks) become `\x1b` or `\u202e`.
 */
export function printable(text: unknown): string {
  return String(text).replace(DANGEROUS, escaped);
}

/** A JSON document that is safe to print: JSON itself does not escape DEL, C1 controls and direction marks. */
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
