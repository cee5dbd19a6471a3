import { syllable } from "syllable";
import type { JsonObject } from "../task.ts";
import { KeptWords } from "./kept.ts";
import { round } from "./round.ts";

/** Counts that the formulas need. */
export interface ReadabilityCounts {
  readonly words: number;
  readonly sentences: number;
  /** Number of letters and digits of all words. */
  readonly letters: number;
  /** Each distinct word with its count. */
  readonly wordCounts: ReadonlyMap<string, number>;
}

/**
 * Formulas of readability. For every language: LIX (C. H. Björnsson 1968) and the automated
 * readability index (Smith and Senter 1967). For English besides, with syllables by the package
 * `syllable`: Flesch reading ease (Flesch 1948), Flesch-Kincaid grade (1975), Gunning fog (1952),
 * SMOG (McLaughlin 1969), Coleman-Liau (1975). Null without sentences.
 */
export function readability(counts: ReadabilityCounts, english: boolean): JsonObject | null {
  const { words, sentences, letters } = counts;
  if (words === 0 || sentences === 0) return null;
  const { long, ...spoken } = weigh(counts.wordCounts, english);
  const perSentence = words / sentences;
  const lettersPerWord = letters / words;
  const general = {
    words_per_sentence: round(perSentence, 2),
    letters_per_word: round(lettersPerWord, 2),
    lix: round(perSentence + (100 * long) / words, 2),
    automated_readability_index: round(4.71 * lettersPerWord + 0.5 * perSentence - 21.43, 2),
  };
  if (!english) return general;
  return { ...general, ...englishFormulas(counts, spoken) };
}

interface Weights {
  /** Words of more than six letters. */
  readonly long: number;
  readonly syllables: number;
  /** Words of three syllables and more. */
  readonly complex: number;
}

function weigh(wordCounts: ReadonlyMap<string, number>, english: boolean): Weights {
  let long = 0;
  let syllables = 0;
  let complex = 0;
  for (const [word, count] of wordCounts) {
    if (word.length > 6) long += count;
    if (!english) continue;
    const spoken = syllablesOf(word);
    syllables += spoken * count;
    if (spoken >= 3) complex += count;
  }
  return { long, syllables, complex };
}

const kept = new KeptWords<number>();

function syllablesOf(word: string): number {
  const known = kept.get(word);
  if (known !== undefined) return known;
  const spoken = Math.max(1, syllable(word));
  kept.set(word, spoken);
  return spoken;
}

function englishFormulas(
  { words, sentences, letters }: ReadabilityCounts,
  { syllables, complex }: Omit<Weights, "long">,
): JsonObject {
  const perSentence = words / sentences;
  const perWord = syllables / words;
  return {
    syllables_per_word: round(perWord, 2),
    flesch_reading_ease: round(206.835 - 1.015 * perSentence - 84.6 * perWord, 2),
    flesch_kincaid_grade: round(0.39 * perSentence + 11.8 * perWord - 15.59, 2),
    gunning_fog: round(0.4 * (perSentence + (100 * complex) / words), 2),
    smog: round(1.043 * Math.sqrt((30 * complex) / sentences) + 3.1291, 2),
    coleman_liau: round((5.88 * letters) / words - (29.6 * sentences) / words - 15.8, 2),
  };
}
