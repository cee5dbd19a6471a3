/** A word that was broken at the end of a line: letter, hyphen, then a small letter on the next line. */
const BROKEN_WORD = /(\p{L})[-\u2010][ \t]*\n[ \t]*(?=\p{Ll})/gu;
/** A soft hyphen at the end of a line parts a word; one that is drawn elsewhere is a hyphen. */
const SOFT_HYPHEN = /\u00ad[ \t]*\n[ \t]*(?=[\p{L}\p{N}])/gu;

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
    .replace(SOFT_HYPHEN, "")
    .replace(/\u00ad/g, "-")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
