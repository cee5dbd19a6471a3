/** A word that was broken at the end of a line: letter, hyphen, then a small letter on the next line. */
const BROKEN_WORD = /(\p{L})[-\u2010\u00ad][ \t]*\n[ \t]*(?=\p{Ll})/gu;

/**
 * Makes readable text of the lines of a page: joins words that are broken at line ends, as `pdftotext` does, and
 * removes spaces at line ends.
 */
export function joinLines(raw: string): string {
  return raw
    .replace(/\r\n?/g, "\n")
    .replace(/\0/g, "")
    .replace(/[ \t\u00a0]+$/gm, "")
    .replace(BROKEN_WORD, "$1")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
