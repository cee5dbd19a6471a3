import { round } from "./round.ts";
import type { VaderScore } from "./vader/score.ts";

/** Scores are kept in whole units of 1e-4 and 1e-3, so that sums are exact in any order and any split. */
const COMPOUND = 10_000;
const SHARE = 1_000;

/** A sentence in the list of a result. */
export interface ScoredSentence {
  readonly text: string;
  /** VADER's compound score, -1..1. */
  readonly score: number;
  /** Confidence by `confidenceOf`, 0..1. */
  readonly confidence: number;
}

/** Sums over sentences. */
export interface SentimentSums {
  sentences: number;
  compound: number;
  positive: number;
  neutral: number;
  negative: number;
  confidence: number;
  weighted: number;
}

export function emptySums(): SentimentSums {
  return { sentences: 0, compound: 0, positive: 0, neutral: 0, negative: 0, confidence: 0, weighted: 0 };
}

/** Adds the scores of a sentence. */
export function addScore(sums: SentimentSums, score: VaderScore): number {
  const confidence = confidenceOf(score);
  const compound = Math.round(score.compound * COMPOUND);
  sums.sentences += 1;
  sums.compound += compound;
  sums.positive += Math.round(score.positive * SHARE);
  sums.neutral += Math.round(score.neutral * SHARE);
  sums.negative += Math.round(score.negative * SHARE);
  sums.confidence += confidence;
  sums.weighted += confidence * compound;
  return confidence / COMPOUND;
}

/** Mean scores over the sentences, and the mean weighed by confidence. */
export function meansOf(sums: SentimentSums) {
  const count = Math.max(1, sums.sentences);
  return {
    compound: round(sums.compound / count / COMPOUND, 4),
    positive: round(sums.positive / count / SHARE, 3),
    neutral: round(sums.neutral / count / SHARE, 3),
    negative: round(sums.negative / count / SHARE, 3),
    weighted: sums.confidence === 0 ? 0 : round(sums.weighted / sums.confidence / COMPOUND, 4),
  };
}

/**
 * Confidence in the score of a sentence, in whole units of 1e-4: agreement times evidence.
 * Agreement |positive - negative| / (positive + negative): 1 if all words have the same sign. Evidence
 * n / (n + 1) for n words with a valence. A sentence without such words has 0.
 */
function confidenceOf({ positive, negative, bearing }: VaderScore): number {
  const weight = positive + negative;
  if (bearing === 0 || weight === 0) return 0;
  return Math.round((Math.abs(positive - negative) / weight) * (bearing / (bearing + 1)) * COMPOUND);
}
