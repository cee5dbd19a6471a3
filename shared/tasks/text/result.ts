import { z } from "zod";
import { count, resultSchema, share } from "../fields.ts";

const polarity = z.number().min(-1).max(1);

const readability = z.object({
  words_per_sentence: z.number().describe("Mean number of words of a sentence."),
  letters_per_word: z.number().describe("Mean number of letters and digits of a word."),
  lix: z.number().describe("LIX (Björnsson 1968)."),
  automated_readability_index: z.number().describe("Automated readability index (Smith and Senter 1967)."),
  syllables_per_word: z.number().optional().describe("Mean number of syllables of a word. English only."),
  flesch_reading_ease: z.number().optional().describe("Flesch 1948. English only."),
  flesch_kincaid_grade: z.number().optional().describe("Kincaid 1975, in years of school. English only."),
  gunning_fog: z.number().optional().describe("Gunning 1952, in years of school. English only."),
  smog: z.number().optional().describe("McLaughlin 1969, in years of school. English only."),
  coleman_liau: z.number().optional().describe("Coleman and Liau 1975, in years of school. English only."),
});

const sentence = z.object({
  text: z.string().describe("The sentence."),
  score: polarity.describe("VADER's compound score of the sentence, -1 to 1."),
  confidence: share.describe("Agreement of its words times evidence, 0 to 1."),
});

const sentiment = z.object({
  compound: polarity.describe("VADER's compound score, -1 to 1."),
  positive: share.describe("Positive share of the text, 0 to 1."),
  neutral: share.describe("Neutral share of the text, 0 to 1."),
  negative: share.describe("Negative share of the text, 0 to 1."),
  label: z.enum(["positive", "neutral", "negative"]).describe("By compound, from 0.05 up and -0.05 down."),
  method: z.enum(["whole_text", "sentence_mean"]).describe("What the scores were made from."),
  weighted: polarity.describe("Mean of the sentences' scores, weighed by their confidence, -1 to 1."),
  afinn: z.number().min(-5).max(5).describe("Mean AFINN-165 value of a word, -5 to 5."),
  reliable: z
    .boolean()
    .describe("Whether the text is English, or too short to tell: the lexicon is English."),
  sentences: z
    .array(sentence)
    .describe("Sentences from the start, as many as the option `sentences` allows."),
  sentences_omitted: count.describe("Number of sentences that are not listed."),
});

const keyword = z.object({
  keyword: z.string().describe("A phrase of one to three words."),
  score: z.number().describe("count x log2(1 + words), the C-value."),
  count: count.describe("Number of its occurrences."),
});

/** The result of the task for one file; docs/tasks/text.md explains the fields. */
export const result = resultSchema(
  { task: "text", version: 1 },
  {
    word_count: count.describe("Number of words."),
    character_count: count.describe("Number of Unicode code points, without the byte order mark."),
    sentence_count: count.describe("Number of sentences."),
    common_words: z
      .array(z.array(z.union([z.string(), count])).length(2))
      .describe("Pairs of word and number of occurrences, most frequent first."),
    sentiment_score: z.int().describe("positive_words minus negative_words."),
    positive_words: count.describe("Number of words with a positive AFINN-165 value."),
    negative_words: count.describe("Number of words with a negative AFINN-165 value."),
    line_count: count.describe("Number of line ends."),
    unique_words: count.describe("Number of distinct words in lower case."),
    encoding: z.string().describe("Encoding as IANA registers it, in lower case."),
    encoding_confidence: share.describe("Confidence in the encoding, 0 to 1; 1: proven or given."),
    byte_order_mark: z.boolean().describe("Whether the file begins with a byte order mark."),
    language: z.string().describe("ISO 639-3 code; `und`: not detected."),
    language_tag: z.string().describe("BCP 47 tag; `und`: not detected."),
    language_confidence: share.describe("Confidence in the language, 0 to 1."),
    keywords: z.array(keyword).describe("Keywords, highest score first."),
    readability: readability.nullable().describe("Formulas of readability; null without sentences."),
    sentiment: sentiment.describe("Scores of the sentiment."),
  },
);

/** Fields of the result that tables have (`results.csv`). */
export const columns = [
  "word_count",
  "sentence_count",
  "language",
  "sentiment.label",
  "sentiment.compound",
  "sentiment.weighted",
  "sentiment.afinn",
  "encoding",
] as const;
