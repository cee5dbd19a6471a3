import {
  AFTER_BUT,
  BEFORE_BUT,
  BOOSTERS,
  CAPITALS,
  DISTANCE,
  IDIOMS,
  NEGATION,
  NEVER_SO,
} from "./constants.ts";
import type { VaderText, VaderWord } from "./words.ts";

/** Valence of each word after all rules; 0 for words without one. */
export function valences(text: VaderText): number[] {
  const sentiments = text.words.map(({ valence }, at) => {
    if (valence === undefined || isModifier(text.words, at)) return 0;
    return valenceAt({ text, at }, valence);
  });
  weighAroundBut(text.words, sentiments);
  return sentiments;
}

type Words = VaderText["words"];

interface WordContext {
  readonly text: VaderText;
  readonly at: number;
}

/** A word of degree modifies others and has no valence of its own. */
function isModifier(words: Words, at: number): boolean {
  return words[at]?.degree !== undefined || (words[at]?.lower === "kind" && words[at + 1]?.lower === "of");
}

function valenceAt(word: WordContext, base: number): number {
  const { text, at } = word;
  let valence = emphasised(word, negatedByNo(word, base));
  for (let back = 1; back <= 3 && back <= at; back += 1) {
    if (text.words[at - back]?.valence !== undefined) continue;
    valence += boost(text, at - back, valence) * (DISTANCE[back - 1] ?? 1);
    valence *= negation(text.words, at, back);
    if (back === 3) valence = idiom(text.words, at, valence);
  }
  return negatedByLeast(word, valence);
}

/** "no" negates the next word, and has no valence of its own before a word of the lexicon. */
function negatedByNo({ text: { words }, at }: WordContext, base: number): number {
  const before = words[at - 1]?.lower;
  const joined = before === "or" || before === "nor";
  if (before === "no" || words[at - 2]?.lower === "no" || (words[at - 3]?.lower === "no" && joined)) {
    return base * NEGATION;
  }
  return words[at]?.lower === "no" && words[at + 1]?.valence !== undefined ? 0 : base;
}

function emphasised({ text, at }: WordContext, valence: number): number {
  if (!text.mixedCase || text.words[at]?.isCapitals !== true) return valence;
  return valence > 0 ? valence + CAPITALS : valence - CAPITALS;
}

function boost({ words, mixedCase }: VaderText, at: number, valence: number): number {
  const degree = words[at]?.degree;
  if (degree === undefined) return 0;
  const signed = valence < 0 ? -degree : degree;
  if (!mixedCase || words[at]?.isCapitals !== true) return signed;
  return valence > 0 ? signed + CAPITALS : signed - CAPITALS;
}

/** Factor of negation of the word `back` words before `at`; 1 if it does not negate. */
function negation(words: Words, at: number, back: number): number {
  const word = words[at - back];
  // Three words back, the authors' program applies this factor after any "so" or "this", even without "never".
  if (back === 2 && word?.lower === "never" && strengthens(words[at - 1])) return NEVER_SO;
  if (back === 3 && word?.lower === "never" && strengthens(words[at - 2])) return NEVER_SO;
  if (back === 3 && strengthens(words[at - 1])) return NEVER_SO;
  if (word?.lower === "without" && hasDoubt(words.slice(at - back + 1, at))) return 1;
  return word?.negates === true ? NEGATION : 1;
}

function strengthens(word: VaderWord | undefined): boolean {
  return word?.lower === "so" || word?.lower === "this";
}

function hasDoubt(words: Words): boolean {
  return words.some(({ lower }) => lower === "doubt");
}

/** An idiom around the word replaces its valence; phrases such as "kind of" before it add to it. */
function idiom(words: Words, at: number, before: number): number {
  if (!hasPhrase(words, at)) return before;
  const phrase = (from: number, to: number) =>
    words
      .slice(at + from, at + to + 1)
      .map(({ lower }) => lower)
      .join(" ");
  const behind = [phrase(-1, 0), phrase(-2, 0), phrase(-2, -1), phrase(-3, -1), phrase(-3, -2)];
  const known = behind.find((said) => IDIOMS.has(said));
  let valence = IDIOMS.get(known ?? "") ?? before;
  if (at + 1 < words.length) valence = IDIOMS.get(phrase(0, 1)) ?? valence;
  if (at + 2 < words.length) valence = IDIOMS.get(phrase(0, 2)) ?? valence;
  for (const said of [phrase(-3, -1), phrase(-3, -2), phrase(-2, -1)]) valence += BOOSTERS.get(said) ?? 0;
  return valence;
}

/** Whether two words next to each other, from three before `at` to two behind it, can be a phrase. */
function hasPhrase(words: Words, at: number): boolean {
  for (let next = at - 2; next <= at + 2; next += 1) {
    if (words[next]?.isInPhrase === true && words[next - 1]?.isInPhrase === true) return true;
  }
  return false;
}

/** "least" before a word negates it, "at least" and "very least" do not. */
function negatedByLeast({ text: { words }, at }: WordContext, valence: number): number {
  const least = words[at - 1];
  if (least?.lower !== "least" || least.valence !== undefined) return valence;
  const before = words[at - 2]?.lower;
  return before === "at" || before === "very" ? valence : valence * NEGATION;
}

/**
 * Weighs the valences before and after the first "but". Like the authors' program it finds a valence by its value,
 * so that of several equal valences the first one is weighed several times.
 */
function weighAroundBut(words: Words, sentiments: number[]): void {
  const but = words.findIndex(({ lower }) => lower === "but");
  if (but === -1) return;
  for (let index = 0; index < sentiments.length; index += 1) {
    const sentiment = sentiments[index] ?? 0;
    if (sentiment === 0) continue;
    const first = sentiments.indexOf(sentiment);
    if (first < but) sentiments[first] = sentiment * BEFORE_BUT;
    else if (first > but) sentiments[first] = sentiment * AFTER_BUT;
  }
}
