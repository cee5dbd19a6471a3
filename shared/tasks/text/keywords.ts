import { round } from "./round.ts";

/** Number of occurrences of each candidate phrase. */
export type Phrases = Map<string, number>;

/** Most words of a keyword. */
const MAX_WORDS = 3;
/** Most distinct phrases; a text of ten million characters has fewer. */
const MAX_PHRASES = 300_000;
const HAS_LETTER = /\p{L}{2}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Adds the runs of one to three words between common words and punctuation to `phrases`. */
export function collectPhrases(
  clauses: Iterable<readonly string[]>,
  commonWords: ReadonlySet<string>,
  phrases: Phrases,
): void {
  for (const words of clauses) {
    let run: string[] = [];
    for (const word of words) {
      if (!commonWords.has(word) && HAS_LETTER.test(word)) {
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
 * The best `limit` phrases: a phrase scores its count times log2(1 + its words), the C-value of Frantzi,
 * Ananiadou and Mima (2000) over phrases that are not part of longer ones. Equal scores are in order of first appearance.
 */
export function keywordsOf(
  phrases: Phrases,
  limit: number,
): { keyword: string; score: number; count: number }[] {
  return [...phrases]
    .map(([keyword, count]) => ({ keyword, score: round(count * Math.log2(1 + wordsIn(keyword)), 4), count }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}

function wordsIn(phrase: string): number {
  return phrase.split(" ").length;
}
