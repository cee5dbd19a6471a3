import { occurrences } from "../occurrences.ts";
import { round } from "../round.ts";
import { ALPHA, EXCLAMATION, MANY_QUESTIONS, MAX_EXCLAMATIONS, QUESTION } from "./constants.ts";
import { emojiSpeller, loadEmojiNames } from "./emoji.ts";
import { loadLexicon } from "./lexicon.ts";
import { valences } from "./valence.ts";
import { VaderReader, type VaderText } from "./words.ts";

/** VADER's scores of one text, rounded as its authors' program does. */
export interface VaderScore {
  /** Sum of valences s as s / sqrt(s² + 15), -1 (most negative) .. 1, four decimals. */
  readonly compound: number;
  /** Shares of the text, 0..1, three decimals; their sum is 1, or 0 without words. */
  readonly positive: number;
  readonly neutral: number;
  readonly negative: number;
  /** Number of words with a valence. */
  readonly bearing: number;
}

export type Vader = (text: string) => VaderScore;

/** Loads the lexicon (7,500 words) and the emoji names once. */
export function createVader(): Vader {
  const reader = new VaderReader(loadLexicon());
  const spell = emojiSpeller(loadEmojiNames());
  return (raw) => {
    const text = spell(raw);
    return scoreOf(text, reader.read(text));
  };
}

function scoreOf(text: string, read: VaderText): VaderScore {
  const sentiments = valences(read);
  if (sentiments.length === 0) return { compound: 0, positive: 0, neutral: 0, negative: 0, bearing: 0 };
  const emphasis = exclamations(text) + questions(text);
  const shares = sharesOf(sentiments, emphasis);
  const sum = sentiments.reduce((total, valence) => total + valence, 0);
  const emphasised = sum + Math.sign(sum) * emphasis;
  const compound = emphasised / Math.sqrt(emphasised * emphasised + ALPHA);
  return { compound: round(compound, 4), ...shares };
}

function exclamations(text: string): number {
  return Math.min(occurrences(text, "!"), MAX_EXCLAMATIONS) * EXCLAMATION;
}

function questions(text: string): number {
  const marks = occurrences(text, "?");
  if (marks <= 1) return 0;
  return marks <= 3 ? marks * QUESTION : MANY_QUESTIONS;
}

/** Each word weighs 1 plus the size of its valence; emphasis adds to the heavier side. */
function sharesOf(sentiments: readonly number[], emphasis: number): Omit<VaderScore, "compound"> {
  let positive = 0;
  let negative = 0;
  let neutral = 0;
  for (const valence of sentiments) {
    if (valence > 0) positive += valence + 1;
    else if (valence < 0) negative += 1 - valence;
    else neutral += 1;
  }
  const bearing = sentiments.length - neutral;
  if (positive > negative) positive += emphasis;
  else if (positive < negative) negative += emphasis;
  const total = positive + negative + neutral;
  return {
    positive: round(positive / total, 3),
    neutral: round(neutral / total, 3),
    negative: round(negative / total, 3),
    bearing,
  };
}
