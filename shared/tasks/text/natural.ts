import { createRequire } from "node:module";

/** natural's main entry loads database clients, so its modules are imported by path. */
const require = createRequire(import.meta.url);

/** The part of natural's sentiment analyser that is used. */
export interface Analyzer {
  /** AFINN-165: word in lower case to its valence, -5..5. */
  readonly vocabulary: Readonly<Record<string, number | undefined>>;
  /** Words behind which all signs change. */
  readonly negations: readonly string[];
  /** Mean valence of the words. */
  getSentiment(words: readonly string[]): number;
}

type AnalyzerClass = new (language: string, stemmer: undefined, type: string) => Analyzer;

export function afinnAnalyzer(): Analyzer {
  const natural: { SentimentAnalyzer: AnalyzerClass } = require("natural/lib/natural/sentiment/index.js");
  return new natural.SentimentAnalyzer("English", undefined, "afinn");
}

/** English abbreviations, with their full stops. */
export function englishAbbreviations(): readonly string[] {
  const natural: {
    knownAbbreviations: readonly string[];
  } = require("natural/lib/natural/util/abbreviations_en.js");
  return natural.knownAbbreviations;
}
