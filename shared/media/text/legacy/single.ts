import { type LetterModel, letterModels } from "../letters/model.ts";
import { type Charset, charsets, indexesOf, Kind } from "./charsets.ts";
import { isFrame, type Mark, NEXT_IN_FRAME } from "./marks.ts";
import { type BytePairs, plainCosts } from "./pairs.ts";

/** How well a text in an encoding looks like a language. */
export interface Reading {
  readonly charset: Charset;
  readonly language: string;
  /** -2 ln of the probability of the bytes above 127 and of what follows them. */
  readonly cost: number;
}

/** Costs of letters that a language does not have. */
const UNUSUAL = 26;
const OTHER_SCRIPT = 32;
/** Costs of ASCII letters in a language of another script: at a word's begin, inside, and behind other letters. */
const ASCII_WORD = 9;
const ASCII_INSIDE = 4;
const MIXED_WORD = 26;
/** Cost of an ASCII letter that a Latin language does not have. */
const ASCII_UNUSUAL = 14;
const AFTER_FOREIGN = 6;
/** Largest cost of the edge of a word in another script than that of the ASCII letters. */
const RAREST = 9;
/** Cost of a digit after a letter, as against a sign of a currency. */
const DIGIT_IN_WORD = 8;
/** Cost of a capital after a small letter. */
const CAPITAL_INSIDE = 10;

/** The best reading of each encoding, best first. */
export function readings(pairs: BytePairs): Reading[] {
  const plain = plainCosts(pairs);
  return charsets()
    .map((charset) => bestReading(charset, pairs, plain))
    .sort((a, b) => a.cost - b.cost);
}

function bestReading(charset: Charset, pairs: BytePairs, plain: readonly number[]): Reading {
  const letters = letterPairs(charset, pairs);
  const own = charset.rarity + marksCost(charset, pairs);
  const rare = Math.min(RAREST, 3 * Math.log(1 + pairs.plainLetters / pairs.highBytes));
  let best: Reading = { charset, language: "en", cost: Number.POSITIVE_INFINITY };
  letterModels().forEach((model, at) => {
    if (!letters.scripts.has(model.script)) return;
    const view = {
      charset,
      model,
      indexes: indexesOf(charset, model),
      otherScript: model.script === "latin" ? 0 : rare,
    };
    const cost = lettersCost(view, letters, { start: own + (plain[at] ?? 0), limit: best.cost });
    if (cost < best.cost) best = { charset, language: model.language, cost };
  });
  return best;
}

/** Pairs of an encoding with a letter, and the scripts of their letters. */
interface LetterPairs {
  readonly scripts: ReadonlySet<string>;
  readonly pairs: Uint16Array;
  readonly counts: Uint32Array;
}

/** Latin is always among the scripts: a text may have no letters above 127. */
function letterPairs({ kinds, scripts }: Charset, { high, counts }: BytePairs): LetterPairs {
  const found = new Set<string>(["latin"]);
  const at: number[] = [];
  high.forEach((pair, index) => {
    const byte = pair & 0xff;
    const kind = kinds[byte];
    if (kind === Kind.mark || (kind !== Kind.letter && kinds[pair >> 8] !== Kind.letter)) return;
    const script = byte > 127 ? scripts[byte] : undefined;
    if (script !== undefined) found.add(script);
    at.push(index);
  });
  return {
    scripts: found,
    pairs: Uint16Array.from(at, (index) => high[index] ?? 0),
    counts: Uint32Array.from(at, (index) => counts[index] ?? 0),
  };
}

interface View {
  readonly charset: Charset;
  readonly model: LetterModel;
  /** For each byte its letter in the model. */
  readonly indexes: Int16Array;
  /** Cost of the begin and of the end of a word in another script than that of the ASCII letters. */
  readonly otherScript: number;
}

/** Costs of the pairs, added up to `limit`. */
function lettersCost(
  view: View,
  letters: LetterPairs,
  { start, limit }: { start: number; limit: number },
): number {
  let sum = start;
  for (let at = 0; at < letters.pairs.length && sum < limit; at += 1) {
    const pair = letters.pairs[at] ?? 0;
    sum += letterCost(view, pair >> 8, pair & 0xff) * (letters.counts[at] ?? 0);
  }
  return sum;
}

function letterCost(view: View, before: number, byte: number): number {
  const { model, indexes } = view;
  const index = indexes[byte] ?? 0;
  if (index < 0) return foreignCost(view, before, byte);
  const last = indexes[before] ?? 0;
  if (last < 0) {
    const mixed = before < 128 && model.script !== "latin";
    return (model.costs[index] ?? 0) + (mixed ? MIXED_WORD : AFTER_FOREIGN);
  }
  const edge = last === 0 || index === 0 ? view.otherScript : 0;
  return (model.costs[last * model.size + index] ?? 0) + edge;
}

function foreignCost({ charset, model }: View, before: number, byte: number): number {
  if (byte > 127) return charset.scripts[byte] === model.script ? UNUSUAL : OTHER_SCRIPT;
  if (model.script === "latin") return ASCII_UNUSUAL;
  if (charset.kinds[before] !== Kind.letter) return ASCII_WORD;
  return before < 128 ? ASCII_INSIDE : MIXED_WORD;
}

/** Costs that do not depend on the language: of marks, of capitals inside words. */
function marksCost(charset: Charset, { high, counts, inside }: BytePairs): number {
  let sum = 0;
  for (let byte = 128; byte < 256; byte += 1) sum += (inside[byte] ?? 0) * (charset.marks[byte]?.inside ?? 0);
  high.forEach((pair, at) => {
    const cost = rightCost(charset, pair >> 8, pair & 0xff) + leftCost(charset, pair >> 8, pair & 0xff);
    sum += cost * (counts[at] ?? 0);
  });
  return sum;
}

function leftCost(charset: Charset, before: number, byte: number): number {
  const mark = charset.marks[byte];
  if (mark !== undefined) return markCost(charset, before, mark);
  const beforeDigit = charset.kinds[byte] === Kind.digit && charset.kinds[before] === Kind.letter;
  if (beforeDigit) return DIGIT_IN_WORD;
  const inside = charset.upper[byte] === 1 && charset.lower[before] === 1;
  return inside ? CAPITAL_INSIDE : 0;
}

function markCost({ kinds, marks }: Charset, before: number, mark: Mark): number {
  const last = marks[before];
  if (isFrame(mark) && last !== undefined && isFrame(last)) return NEXT_IN_FRAME;
  switch (kinds[before]) {
    case Kind.letter:
      return mark.base + mark.afterLetter;
    case Kind.digit:
      return mark.base + mark.afterDigit;
    case Kind.space:
      return mark.base + mark.afterSpace;
    default:
      return mark.base;
  }
}

/** What the character before, if it is a mark, says of this one. */
function rightCost({ kinds, marks }: Charset, before: number, byte: number): number {
  const last = marks[before];
  if (last === undefined) return 0;
  if (kinds[byte] === Kind.letter) return last.beforeLetter;
  return kinds[byte] === Kind.space ? last.beforeSpace : 0;
}
