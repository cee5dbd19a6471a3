import { type DecodedText, isUncertain } from "../../media/text/decode.ts";
import { counted } from "../result.ts";
import type { JsonObject } from "../task.ts";
import { highest } from "./highest.ts";
import { keywordsOf } from "./keywords.ts";
import type { Language } from "./language.ts";
import type { TextOptions } from "./options.ts";
import { readability } from "./readability.ts";
import { round } from "./round.ts";
import { meansOf } from "./sentiment.ts";
import { stopWordsOf } from "./stopWords.ts";
import type { TextTally } from "./tally.ts";
import type { VaderScore } from "./vader/score.ts";

export interface Findings {
  readonly decoded: Omit<DecodedText, "text">;
  readonly language: Language;
  readonly tally: TextTally;
  /** The score of a short text as a whole; null for a long one. */
  readonly whole: VaderScore | null;
  readonly options: TextOptions;
}

/** Compound score from which VADER's authors call a text positive, and negative from its opposite. */
const CLEAR = 0.05;

/** Makes the fields of a result and its summary. */
export function report(findings: Findings): { fields: JsonObject; summary: string } {
  const { decoded, language, tally, options } = findings;
  const english = language.code === "eng";
  const sentiment = sentimentOf(findings);
  const keywords = keywordsOf(tally.phrases, options.keywords);
  const fields = {
    word_count: tally.words,
    character_count: tally.characters,
    sentence_count: tally.sums.sentences,
    common_words: commonWords(tally, language, options),
    sentiment_score: tally.afinn.positive - tally.afinn.negative,
    positive_words: tally.afinn.positive,
    negative_words: tally.afinn.negative,
    line_count: tally.lines,
    unique_words: tally.wordCounts.size,
    encoding: decoded.encoding,
    encoding_confidence: decoded.confidence,
    byte_order_mark: decoded.bom,
    language: language.code,
    language_tag: language.tag,
    language_confidence: language.confidence,
    keywords,
    readability: readability({ ...tally, sentences: tally.sums.sentences }, english),
    sentiment,
  };
  const topics = keywords.slice(0, 3).map(({ keyword }) => keyword);
  const said = [
    counted(tally.words, "word"),
    ...(isUncertain(decoded) ? ["encoding uncertain"] : []),
    language.code === "und" ? "language unknown" : language.tag,
    ...(sentiment.reliable ? [moodOf(sentiment)] : []),
    ...(topics.length === 0 ? [] : [`keywords: ${topics.join(", ")}`]),
  ];
  return { fields, summary: said.join(", ") };
}

function moodOf({ label, compound }: { readonly label: string; readonly compound: number }): string {
  return label === "neutral" ? label : `${label} (${compound})`;
}

function sentimentOf({ whole, tally, language, options }: Findings) {
  const { weighted, ...means } = meansOf(tally.sums);
  const scores =
    whole === null
      ? means
      : {
          compound: whole.compound,
          positive: whole.positive,
          neutral: whole.neutral,
          negative: whole.negative,
        };
  return {
    ...scores,
    label: labelOf(scores.compound),
    method: whole === null ? "sentence_mean" : "whole_text",
    weighted,
    afinn: tally.words === 0 ? 0 : round(tally.afinn.sum / tally.words, 4),
    reliable: ["eng", "und"].includes(language.code),
    sentences: tally.listed.map((sentence) => ({ ...sentence })),
    sentences_omitted: Math.max(0, tally.sums.sentences - options.sentences),
  };
}

function labelOf(compound: number): string {
  if (compound >= CLEAR) return "positive";
  return compound <= -CLEAR ? "negative" : "neutral";
}

/** The most frequent words with their counts; equal counts in order of first appearance. */
function commonWords(tally: TextTally, language: Language, options: TextOptions): [string, number][] {
  const left = options.stop_words ? stopWordsOf(language.tag) : new Set<string>();
  const counts = [...tally.wordCounts].filter(([word]) => !left.has(word));
  return highest(counts, options.common_words, ([, count]) => count);
}
