/** What the viewers read of a result of the task text, version 1. */
export interface TextResult {
  readonly word_count: number;
  readonly character_count: number;
  readonly sentence_count: number;
  readonly line_count: number;
  readonly unique_words: number;
  readonly common_words: readonly (readonly [string, number])[];
  readonly positive_words: number;
  readonly negative_words: number;
  readonly encoding: string;
  readonly encoding_confidence: number;
  readonly language: string;
  readonly language_tag: string;
  readonly language_confidence: number;
  readonly keywords: readonly { readonly keyword: string; readonly score: number; readonly count: number }[];
  readonly readability: Readonly<Record<string, number>> | null;
  readonly sentiment: SentimentView;
}

export interface SentimentView {
  readonly compound: number;
  readonly positive: number;
  readonly neutral: number;
  readonly negative: number;
  readonly label: string;
  readonly method: string;
  readonly weighted: number;
  readonly afinn: number;
  readonly reliable: boolean;
  readonly sentences: readonly SentenceView[];
  readonly sentences_omitted: number;
}

export interface SentenceView {
  readonly text: string;
  /** -1 to 1. */
  readonly score: number;
  /** 0 to 1. */
  readonly confidence: number;
}
