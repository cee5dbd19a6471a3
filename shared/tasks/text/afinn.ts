import { afinnAnalyzer } from "./natural.ts";
import { NEGATES } from "./vader/constants.ts";

/** A word by AFINN-165, and how it changes the words behind it. */
export interface AfinnWord {
  /** -5..5; 0 for words that are not in the list. */
  readonly valence: number;
  /** Whether the signs of all words behind it in the sentence change by natural's rule: "not", "no", "never", "neither". */
  readonly reverses: boolean;
  /** Whether the three words behind it count as their opposite. */
  readonly negates: boolean;
}

export type Afinn = (word: string) => AfinnWord;

/** AFINN-165 with the negations of natural's sentiment analyser, without a stemmer. */
export function createAfinn(): Afinn {
  const { vocabulary, negations } = afinnAnalyzer();
  const reversing = new Set(negations);
  return (word) => ({
    valence: vocabulary[word] ?? 0,
    reverses: reversing.has(word),
    negates: NEGATES.has(word) || word.includes("n't"),
  });
}

/** Sums over sentences. */
export interface AfinnSums {
  /** Sum of valences, each -5..5; it equals what natural's sentiment analyser gives. */
  sum: number;
  /** Number of words of positive and of negative valence; a negation in the three words before swaps the two. */
  positive: number;
  negative: number;
}

const REACH = 3;

/** Adds the words of sentences to `sums`. */
export class AfinnCounter {
  readonly #sums: AfinnSums;
  #sign = 1;
  /** Number of words since the last negation. */
  #since = REACH;

  constructor(sums: AfinnSums) {
    this.#sums = sums;
  }

  add({ valence, reverses, negates }: AfinnWord): void {
    if (valence !== 0) this.#count(valence, this.#since < REACH);
    if (reverses) this.#sign = -1;
    else this.#sums.sum += this.#sign * valence;
    this.#since = negates ? 0 : this.#since + 1;
  }

  endSentence(): void {
    this.#sign = 1;
    this.#since = REACH;
  }

  #count(valence: number, negated: boolean): void {
    if (valence > 0 !== negated) this.#sums.positive += 1;
    else this.#sums.negative += 1;
  }
}
