import { highest } from "./highest.ts";
import { occurrences } from "./occurrences.ts";
import { round } from "./round.ts";

/** Number of occurrences of each candidate phrase. */
export type Phrases = Map<string, number>;

/** Most words of a keyword. */
const MAX_WORDS = 3;
/** Most distinct phrases; a text of ten million characters has fewer. */
const MAX_PHRASES = 300_000;
const HAS_LETTER = /\p{L}{2}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Whether a keyword may contain the word. */
export function isTopical(word: string, commonWords: ReadonlySet<string>): boolean {
  return !commonWords.has(word) && HAS_LETTER.test(word);
}

/** Adds the runs of one to three words between common words and ends of clauses to `phrases`. */
export class PhraseCollector {
  readonly #phrases: Phrases;
  #run = "";
  #words = 0;

  constructor(phrases: Phrases) {
    this.#phrases = phrases;
  }

  add({ text, topical }: { readonly text: string; readonly topical: boolean }): void {
    if (!topical) {
      this.endClause();
      return;
    }
    this.#words += 1;
    if (this.#words <= MAX_WORDS) this.#run = this.#words === 1 ? text : `${this.#run} ${text}`;
  }

  endClause(): void {
    if (this.#words > 0 && this.#words <= MAX_WORDS) addPhrase(this.#phrases, this.#run, 1);
    this.#words = 0;
  }
}

export function addPhrase(phrases: Phrases, phrase: string, count: number): void {
  const known = phrases.get(phrase);
  if (known !== undefined || phrases.size < MAX_PHRASES) phrases.set(phrase, (known ?? 0) + count);
}

/**
 * The best `limit` phrases: a phrase scores its count times log2(1 + its words), the C-value of Frantzi,
 * Ananiadou and Mima (2000) over phrases that are not part of longer ones. Equal scores are in order of first appearance.
 */
export function keywordsOf(
  phrases: Phrases,
  limit: number,
): { keyword: string; score: number; count: number }[] {
  const best = highest(phrases, limit, scoreOf);
  return best.map(([keyword, count]) => ({ keyword, score: scoreOf([keyword, count]), count }));
}

function scoreOf([phrase, count]: readonly [string, number]): number {
  const words = 1 + occurrences(phrase, " ");
  return round(count * Math.log2(1 + words), 4);
}
