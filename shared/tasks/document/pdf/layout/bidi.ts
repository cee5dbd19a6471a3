/** Letters that are written from right to left. */
export const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

type Kind = "right" | "left" | "number" | "neutral";

const LETTER = /\p{L}/u;
const NUMBER = /^[\p{Nd}]/u;
/** Signs that belong to the number beside them. */
const IN_NUMBER = /^[.,:/%\u066a-\u066c\u2030$\u20ac\u00a3\u00b0+-]$/;

/**
 * Puts the glyphs of a line, which come from left to right as they are drawn, into reading order: the reverse of
 * rule L2 of the Unicode bidirectional algorithm (UAX 9). The line's direction is that of most of its letters.
 */
export function inReadingOrder(parts: readonly string[]): string[] {
  const kinds = parts.map(kindOf);
  joinNumbers(kinds, parts);
  const isRtl = count(kinds, "right") > count(kinds, "left");
  const levels = isRtl ? levelsInRtl(kinds) : levelsInLtr(kinds);
  return reordered(mirrored(parts, levels), levels);
}

function kindOf(part: string): Kind {
  if (NUMBER.test(part)) return "number";
  if (!LETTER.test(part)) return "neutral";
  return RIGHT_TO_LEFT.test(part) ? "right" : "left";
}

function joinNumbers(kinds: Kind[], parts: readonly string[]): void {
  for (const [at, part] of parts.entries()) {
    if (!IN_NUMBER.test(part)) continue;
    const isUnit = /[%\u066a\u2030$\u20ac\u00a3\u00b0]/.test(part);
    const [before, after] = [kinds[at - 1] === "number", kinds[at + 1] === "number"];
    if (isUnit ? before || after : before && after) kinds[at] = "number";
  }
}

function count(kinds: readonly Kind[], kind: Kind): number {
  return kinds.filter((one) => one === kind).length;
}

/** Level 1 is right to left, level 2 left to right in it: words of other scripts with what stands between them, numbers. */
function levelsInRtl(kinds: readonly Kind[]): number[] {
  const levels = kinds.map((kind) => (kind === "left" || kind === "number" ? 2 : 1));
  let since: number | undefined;
  for (const [at, kind] of kinds.entries()) {
    if (kind === "right") since = undefined;
    if (since !== undefined && kind !== "neutral") levels.fill(2, since, at);
    if (kind === "left" || (kind === "number" && since !== undefined)) since = at;
  }
  return levels;
}

/** Level 0 is left to right, level 1 right to left in it, from a letter to a letter, level 2 a number in that. */
function levelsInLtr(kinds: readonly Kind[]): number[] {
  const levels = kinds.map((kind): number => (kind === "right" ? 1 : 0));
  let since: number | undefined;
  for (const [at, kind] of kinds.entries()) {
    if (kind === "left") since = undefined;
    if (kind !== "right") continue;
    for (let inside = since ?? at; inside < at; inside += 1)
      levels[inside] = kinds[inside] === "number" ? 2 : 1;
    since = at;
  }
  return levels;
}

/** Reverses what is at a level or above it, from the lowest level of right to left up. */
function reordered(parts: readonly string[], levels: readonly number[]): string[] {
  const order = parts.map((_, at) => at);
  for (const level of [1, 2]) {
    let from = 0;
    while (from < order.length) {
      let to = from;
      while (to < order.length && (levels[order[to] ?? 0] ?? 0) >= level) to += 1;
      for (const [at, index] of order.slice(from, to).reverse().entries()) order[from + at] = index;
      from = to + 1;
    }
  }
  return order.map((at) => parts[at] ?? "");
}

const PAIRS: Readonly<Record<string, string>> = {
  "(": ")",
  ")": "(",
  "[": "]",
  "]": "[",
  "{": "}",
  "}": "{",
  "<": ">",
  ">": "<",
  "\u00ab": "\u00bb",
  "\u00bb": "\u00ab",
};
const OPENING = "([{<\u00ab";

/**
 * Turns brackets of the text from right to left round where fonts give them by their shapes. Where they open before they
 * close already, the file gives them by their meaning.
 */
function mirrored(parts: readonly string[], levels: readonly number[]): readonly string[] {
  const brackets = parts.filter((part, at) => PAIRS[part] !== undefined && levels[at] === 1);
  if (brackets.length === 0) return parts;
  // The text is still as drawn: reading goes from its end.
  const asRead = brackets.toReversed();
  const turned = asRead.map((part) => PAIRS[part] ?? part);
  if (pairsIn(asRead) > pairsIn(turned)) return parts;
  return parts.map((part, at) => (levels[at] === 1 ? (PAIRS[part] ?? part) : part));
}

function pairsIn(brackets: readonly string[]): number {
  const open: string[] = [];
  let pairs = 0;
  for (const bracket of brackets) {
    if (OPENING.includes(bracket)) open.push(bracket);
    else if (PAIRS[bracket] === open.at(-1)) {
      open.pop();
      pairs += 1;
    }
  }
  return pairs;
}
