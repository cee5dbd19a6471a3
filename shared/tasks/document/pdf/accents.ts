/** Accents that writers draw as separate characters over a letter, with their combining marks. */
const MARKS: Readonly<Record<string, string>> = {
  "\u0060": "\u0300",
  "\u02cb": "\u0300",
  "\u00b4": "\u0301",
  "\u02ca": "\u0301",
  "\u02c6": "\u0302",
  "\u02dc": "\u0303",
  "\u00af": "\u0304",
  "\u02d8": "\u0306",
  "\u02d9": "\u0307",
  "\u00a8": "\u0308",
  "\u02da": "\u030a",
  "\u02dd": "\u030b",
  "\u02c7": "\u030c",
  "\u00b8": "\u0327",
  "\u02db": "\u0328",
};
const SIGNS = Object.keys(MARKS).join("");
/** An accent may also be a combining mark on a space, its compatibility form. */
const SIGN_AT_END = new RegExp(`(?:([${SIGNS}])|(?:^| )([\\u0300-\\u030c\\u0327\\u0328]))$`, "u");
const SIGN_AT_START = new RegExp(`^(?:([${SIGNS}])| ?([\\u0300-\\u030c\\u0327\\u0328]))`, "u");
/** Dotless letters stand under an accent that replaces the dot. */
const DOTLESS: Readonly<Record<string, string>> = { ı: "i", ȷ: "j" };

/**
 * Joins two overlapping texts: an accent at the end of the first moves onto the letter after it, an accent at the
 * start of the second onto the letter before it. Undefined if there is no such accent.
 */
export function withAccent(before: string, after: string): string | undefined {
  const last = SIGN_AT_END.exec(before);
  if (last !== null && /^\p{L}/u.test(after)) {
    const [letter = ""] = after;
    return before.slice(0, last.index) + accented(letter, markOf(last)) + after.slice(letter.length);
  }
  const first = SIGN_AT_START.exec(after);
  const letter = /\p{L}$/u.exec(before)?.[0];
  if (first === null || letter === undefined) return undefined;
  return before.slice(0, -letter.length) + accented(letter, markOf(first)) + after.slice(first[0].length);
}

function markOf([, sign, mark]: RegExpExecArray): string {
  return mark ?? MARKS[sign ?? ""] ?? "";
}

function accented(letter: string, mark: string): string {
  return `${DOTLESS[letter] ?? letter}${mark}`.normalize("NFC");
}
