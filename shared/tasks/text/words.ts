/**
 * A word: letters and digits with their marks, and apostrophes inside ("don't", "l’eau"); case does not matter.
 * Runs of scripts that are written without spaces are cut by the dictionaries of ICU.
 */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}_]*(?:['’][\p{L}\p{M}]+)*/gu;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/** The words of a text in their order, in lower case, with plain apostrophes. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().replaceAll("’", "'").match(WORD) ?? [];
  if (!UNSPACED.test(text)) return words;
  return words.flatMap((word) => (UNSPACED.test(word) ? dictionaryWords(word) : [word]));
}

function dictionaryWords(run: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(run)) if (isWordLike === true) words.push(segment);
  return words;
}
