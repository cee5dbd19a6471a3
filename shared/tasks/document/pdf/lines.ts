/** A word that was broken at the end of a line: letter, hyphen, then a small letter on the next line. */
const BROKEN_WORD = /(\p{L})[-\u2010\u00ad][ \t]*\n[ \t]*(?=\p{Ll})/gu;

/** Accents that TeX prints as signs of their own before their letter, and the marks that they stand for. */
const MARKS: Readonly<Record<string, string>> = {
  "\u00a8": "\u0308",
  "\u00b4": "\u0301",
  "\u02c6": "\u0302",
  "\u02dc": "\u0303",
  "\u00af": "\u0304",
  "\u02c7": "\u030c",
  "\u02d8": "\u0306",
  "\u02d9": "\u0307",
  "\u02da": "\u030a",
};
const LOOSE_ACCENT = new RegExp(`([${Object.keys(MARKS).join("")}])(\\p{L})`, "gu");
/** The same after the engine made a space and a combining mark of the sign. */
const SPACED_ACCENT = / ([\u0300-\u0308\u030a\u030c])(\p{L})/gu;
const DOTLESS: Readonly<Record<string, string>> = { ı: "i", ȷ: "j" };

/**
 * Lines of a page as readable text: broken words and loose accents joined as `pdftotext` does, spaces
 * at line ends dropped.
 */
export function joinLines(raw: string): string {
  return raw
    .replace(/\r\n?/g, "\n")
    .replace(/\0/g, "")
    .replace(LOOSE_ACCENT, (_, accent: string, letter: string) => accented(letter, MARKS[accent] ?? ""))
    .replace(SPACED_ACCENT, (_, mark: string, letter: string) => accented(letter, mark))
    .replace(/[ \t\u00a0]+$/gm, "")
    .replace(BROKEN_WORD, "$1")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function accented(letter: string, mark: string): string {
  return `${DOTLESS[letter] ?? letter}${mark}`.normalize("NFC");
}
