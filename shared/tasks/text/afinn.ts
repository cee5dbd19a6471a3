import { type Analyzer, afinnAnalyzer } from "./natural.ts";
import { NEGATES } from "./vader/constants.ts";

/** AFINN's score of a sentence. */
interface AfinnScore {
  /** Sum of valences, each -5..5, with natural's negation: after "not", "no", "never", "neither" all change sign. */
  readonly sum: number;
  /** Number of words of positive and of negative valence; a negation in the three words before swaps the two. */
  readonly positive: number;
  readonly negative: number;
}

export type Afinn = (words: readonly string[]) => AfinnScore;

/** AFINN-165 by natural's sentiment analyser, without a stemmer. */
export function createAfinn(): Afinn {
  const analyzer = afinnAnalyzer();
  return (words) => {
    if (words.length === 0) return { sum: 0, positive: 0, negative: 0 };
    // natural gives the mean over all words; the sum is a whole number.
    const sum = Math.round(analyzer.getSentiment(words) * words.length);
    return { sum: sum + 0, ...countWords(words, analyzer.vocabulary) };
  };
}

function countWords(words: readonly string[], vocabulary: Analyzer["vocabulary"]): Omit<AfinnScore, "sum"> {
  let positive = 0;
  let negative = 0;
  words.forEach((word, at) => {
    const valence = vocabulary[word] ?? 0;
    if (valence === 0) return;
    const negated = words
      .slice(Math.max(0, at - 3), at)
      .some((before) => NEGATES.has(before) || before.includes("n't"));
    if (valence > 0 !== negated) positive += 1;
    else negative += 1;
  });
  return { positive, negative };
}
