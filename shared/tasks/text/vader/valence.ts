import {
  AFTER_BUT,
  BEFORE_BUT,
  BOOSTERS,
  CAPITALS,
  DISTANCE,
  IDIOMS,
  NEGATES,
  NEGATION,
  NEVER_SO,
} from "./constants.ts";
import type { Lexicon } from "./lexicon.ts";
import { isCapitals, type VaderWords } from "./words.ts";

/** Valence of each word after all rules; 0 for words without one. */
export function valences(text: VaderWords, lexicon: Lexicon): number[] {
  const sentiments = text.lower.map((word, at) => {
    const base = lexicon.get(word);
    if (base === undefined || isModifier(text.lower, at)) return 0;
    return valenceAt({ text, lexicon, at }, base);
  });
  weighAroundBut(text.lower, sentiments);
  return sentiments;
}

interface WordContext {
  readonly text: VaderWords;
  readonly lexicon: Lexicon;
  readonly at: number;
}

/** A word of degree modifies others and has no valence of its own. */
function isModifier(lower: readonly string[], at: number): boolean {
  return BOOSTERS.has(lower[at] ?? "") || (lower[at] === "kind" && lower[at + 1] === "of");
}

function valenceAt(word: WordContext, base: number): number {
  const { text, lexicon, at } = word;
  let valence = emphasised(word, negatedByNo(word, base));
  for (let back = 1; back <= 3 && back <= at; back += 1) {
    if (lexicon.has(text.lower[at - back] ?? "")) continue;
    valence += boost(text, at - back, valence) * (DISTANCE[back - 1] ?? 1);
    valence *= negation(text.lower, at, back);
    if (back === 3) valence = idiom(text.lower, at, valence);
  }
  return negatedByLeast(word, valence);
}

/** "no" negates the next word, and has no valence of its own before a word of the lexicon. */
function negatedByNo({ text: { lower }, lexicon, at }: WordContext, base: number): number {
  const joined = lower[at - 1] === "or" || lower[at - 1] === "nor";
  if (lower[at - 1] === "no" || lower[at - 2] === "no" || (lower[at - 3] === "no" && joined)) {
    return base * NEGATION;
  }
  const next = lower[at + 1];
  return lower[at] === "no" && next !== undefined && lexicon.has(next) ? 0 : base;
}

function emphasised({ text, at }: WordContext, valence: number): number {
  if (!text.mixedCase || !isCapitals(text.words[at] ?? "")) return valence;
  return valence > 0 ? valence + CAPITALS : valence - CAPITALS;
}

function boost(text: VaderWords, at: number, valence: number): number {
  const degree = BOOSTERS.get(text.lower[at] ?? "");
  if (degree === undefined) return 0;
  const signed = valence < 0 ? -degree : degree;
  if (!text.mixedCase || !isCapitals(text.words[at] ?? "")) return signed;
  return valence > 0 ? signed + CAPITALS : signed - CAPITALS;
}

/** Factor of negation of the word `back` words before `at`; 1 if it does not negate. */
function negation(lower: readonly string[], at: number, back: number): number {
  const word = lower[at - back] ?? "";
  const between = lower.slice(at - back + 1, at);
  const strengthens = (other: string | undefined) => other === "so" || other === "this";
  // Three words back, the authors' program applies this factor after any "so" or "this", even without "never".
  if (back === 2 && word === "never" && strengthens(lower[at - 1])) return NEVER_SO;
  if (back === 3 && word === "never" && strengthens(lower[at - 2])) return NEVER_SO;
  if (back === 3 && strengthens(lower[at - 1])) return NEVER_SO;
  if (word === "without" && between.includes("doubt")) return 1;
  return NEGATES.has(word) || word.includes("n't") ? NEGATION : 1;
}

/** An idiom around the word replaces its valence; phrases such as "kind of" before it add to it. */
function idiom(lower: readonly string[], at: number, before: number): number {
  const phrase = (from: number, to: number) => lower.slice(at + from, at + to + 1).join(" ");
  const behind = [phrase(-1, 0), phrase(-2, 0), phrase(-2, -1), phrase(-3, -1), phrase(-3, -2)];
  const known = behind.find((words) => IDIOMS.has(words));
  let valence = IDIOMS.get(known ?? "") ?? before;
  if (at + 1 < lower.length) valence = IDIOMS.get(phrase(0, 1)) ?? valence;
  if (at + 2 < lower.length) valence = IDIOMS.get(phrase(0, 2)) ?? valence;
  for (const words of [phrase(-3, -1), phrase(-3, -2), phrase(-2, -1)]) valence += BOOSTERS.get(words) ?? 0;
  return valence;
}

/** "least" before a word negates it, "at least" and "very least" do not. */
function negatedByLeast({ text: { lower }, lexicon, at }: WordContext, valence: number): number {
  if (lower[at - 1] !== "least" || lexicon.has("least")) return valence;
  const before = lower[at - 2];
  return before === "at" || before === "very" ? valence : valence * NEGATION;
}

/**
 * Weighs the valences before and after the first "but". Like the authors' program it finds a valence by its value,
 * so that of several equal valences the first one is weighed several times.
 */
function weighAroundBut(lower: readonly string[], sentiments: number[]): void {
  const but = lower.indexOf("but");
  if (but === -1) return;
  for (let index = 0; index < sentiments.length; index += 1) {
    const sentiment = sentiments[index] ?? 0;
    if (sentiment === 0) continue;
    const first = sentiments.indexOf(sentiment);
    if (first < but) sentiments[first] = sentiment * BEFORE_BUT;
    else if (first > but) sentiments[first] = sentiment * AFTER_BUT;
  }
}
