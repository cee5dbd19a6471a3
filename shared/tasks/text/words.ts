/**
 * A word: letters and digits with their marks and joiners, and apostrophes inside ("don't", "l’eau"); case does not matter.
 * Runs of scripts that are written without spaces are cut by the dictionaries of ICU.
 */
const WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_]|[\u200c\u200d](?=\p{L}))*(?:['’][\p{L}\p{M}]+)*/gu;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/** The words of a text in their order, in lower case, with plain apostrophes. */
export function wordsOf(text: string): string[] {
  const words = whole(text).toLowerCase().replaceAll("’", "'").match(WORD) ?? [];
  if (!UNSPACED.test(text)) return words;
  return words.flatMap((word) => (UNSPACED.test(word) ? dictionaryWords(word) : [word]));
}

/** The text with letters and their marks composed, and without soft hyphens, which are inside words. */
export function whole(text: string): string {
  const composed = text.normalize("NFC");
  return composed.includes("\u00ad") ? composed.replaceAll("\u00ad", "") : composed;
}

function dictionaryWords(run: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(run)) if (isWordLike === true) words.push(segment);
  return words;
}
