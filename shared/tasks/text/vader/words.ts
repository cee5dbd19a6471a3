/** The words of a text by VADER: pieces between white space, without punctuation around them. */
export interface VaderWords {
  readonly words: readonly string[];
  readonly lower: readonly string[];
  /** Whether capitals are emphasis: some words are in capitals and some are not. */
  readonly mixedCase: boolean;
}

/** White space of Python's str.split(): unlike JavaScript's \s with U+001C..1F and U+0085, without U+FEFF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators of files and records are white space to Python.
const SPACE = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
const UPPER = /\p{Uppercase}/u;
const NOT_UPPER = /[\p{Lowercase}\p{Lt}]/u;

export function vaderWords(text: string): VaderWords {
  const words = text.split(SPACE).filter(Boolean).map(bare);
  const capitals = words.filter(isCapitals).length;
  return {
    words,
    lower: words.map((word) => word.toLowerCase()),
    mixedCase: capitals > 0 && capitals < words.length,
  };
}

/** Python's isupper(): the word has cased letters, all of them capitals. */
export function isCapitals(word: string): boolean {
  return UPPER.test(word) && !NOT_UPPER.test(word);
}

/** Strips ASCII punctuation from both ends, unless at most two characters would remain (an emoticon). */
function bare(token: string): string {
  let start = 0;
  let end = token.length;
  while (start < end && isPunctuation(token.charCodeAt(start))) start += 1;
  while (end > start && isPunctuation(token.charCodeAt(end - 1))) end -= 1;
  const stripped = token.slice(start, end);
  return hasAtMostTwo(stripped) ? token : stripped;
}

function hasAtMostTwo(word: string): boolean {
  return word.length <= 2 || (word.length <= 4 && [...word].length <= 2);
}

function isPunctuation(code: number): boolean {
  return (
    (code >= 33 && code <= 47) ||
    (code >= 58 && code <= 64) ||
    (code >= 91 && code <= 96) ||
    (code >= 123 && code <= 126)
  );
}
