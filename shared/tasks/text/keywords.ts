import { round } from "./round.ts";

/** How often each candidate phrase occurs. */
export type Phrases = Map<string, number>;

/** Words of a keyword at most. */
const MAX_WORDS = 3;
/** Distinct phrases that are kept; a text of ten million characters stays below it. */
const MAX_PHRASES = 300_000;
const HAS_LETTER = /\p{L}{2}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Adds the runs of one to three words between stop words and punctuation to `phrases`. */
export function collectPhrases(
  clauses: Iterable<readonly string[]>,
  stopWords: ReadonlySet<string>,
  phrases: Phrases,
): void {
  for (const words of clauses) {
    let run: string[] = [];
    for (const word of words) {
      if (!stopWords.has(word) && HAS_LETTER.test(word)) {
        run.push(word);
        continue;
      }
      addRun(run, phrases);
      run = [];
    }
    addRun(run, phrases);
  }
}

export function addPhrase(phrases: Phrases, phrase: string, count: number): void {
  const known = phrases.get(phrase);
  if (known !== undefined || phrases.size < MAX_PHRASES) phrases.set(phrase, (known ?? 0) + count);
}

function addRun(run: readonly string[], phrases: Phrases): void {
  if (run.length > 0 && run.length <= MAX_WORDS) addPhrase(phrases, run.join(" "), 1);
}

/**
 * The best `limit` phrases by RAKE (Rose, Engel, Cramer and Cowley 2010), weighed by occurrence: a
 * word scores degree / frequency (the degree counts the words of its phrases, itself included), a phrase
 * the sum of its words' scores times the logarithm of 1 + its count. Ties go by the alphabet.
 */
export function keywordsOf(
  phrases: Phrases,
  limit: number,
): { keyword: string; score: number; count: number }[] {
  const frequency = new Map<string, number>();
  const degree = new Map<string, number>();
  for (const [phrase, count] of phrases) {
    const words = phrase.split(" ");
    for (const word of words) {
      frequency.set(word, (frequency.get(word) ?? 0) + count);
      degree.set(word, (degree.get(word) ?? 0) + count * words.length);
    }
  }
  const scoreOf = (phrase: string, count: number): number => {
    let sum = 0;
    for (const word of phrase.split(" ")) sum += (degree.get(word) ?? 0) / (frequency.get(word) ?? 1);
    return sum * Math.log2(1 + count);
  };
  return [...phrases]
    .map(([keyword, count]) => ({ keyword, score: round(scoreOf(keyword, count), 4), count }))
    .sort((a, b) => b.score - a.score || (a.keyword < b.keyword ? -1 : 1))
    .slice(0, limit);
}
