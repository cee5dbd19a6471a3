/**
 * A word: letters and digits with their marks and joiners, and apostrophes inside ("don't", "l’eau"); case does not matter.
 * Runs of scripts that are written without spaces are cut by the dictionaries of ICU.
 */
const WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_]|[\u200c\u200d](?=\p{L}))*(?:['’][\p{L}\p{M}]+)*/gu;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Between two clauses. */
const CLAUSE = /[^\p{L}\p{M}\p{N}\s'’_\u200c-\u200d-]+|\s[-–—]+\s/u;
const MARKUP = /<[^<>]{1,200}>|&#?\w{1,10};|https?:\/\/\S+/gu;

const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/** The words of a text in their order, in lower case, with plain apostrophes. */
export function wordsOf(text: string): string[] {
  const words = inPlainLetters(whole(text)).match(WORD) ?? [];
  if (!UNSPACED.test(text)) return words;
  return words.flatMap((word) => (UNSPACED.test(word) ? dictionaryWords(word) : [word]));
}

/** The words of each clause of a text without its tags, entities and addresses. No keyword crosses the end of a clause. */
export function clausesOf(text: string): string[][] {
  return whole(text).replace(MARKUP, " . ").split(CLAUSE).map(wordsOf);
}

/** The words of what is written as one; Σ and letters that are not composed are not taken. */
export function spelled(written: string): string[] {
  const word = inPlainLetters(written);
  return UNSPACED.test(word) ? dictionaryWords(word) : [word];
}

function inPlainLetters(text: string): string {
  return text.toLowerCase().replaceAll("’", "'");
}

/** The text with letters and their marks composed, and without soft hyphens, which are inside words. */
function whole(text: string): string {
  const composed = text.normalize("NFC");
  return composed.includes("\u00ad") ? composed.replaceAll("\u00ad", "") : composed;
}

function dictionaryWords(run: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(run)) if (isWordLike === true) words.push(segment);
  return words;
}
