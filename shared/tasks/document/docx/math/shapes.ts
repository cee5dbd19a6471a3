/** Formulas as linear text, in the notation of Unicode Technical Note 28. */

/** One sign, number or word, or a whole pair of brackets: needs no brackets as a part of another formula. */
const SIMPLE = /^(?:[\p{L}\p{M}∞∅ℏ′″…]+|[\d.,]*\d|.|√\w|\([^()]*\)|\[[^[\]]*\])$/u;

/** A part of a formula, in brackets unless it reads as one without. */
export function group(text: string): string {
  return SIMPLE.test(text) ? text : `(${text})`;
}

export function fraction(above: string, below: string): string {
  return above === "" && below === "" ? "" : `${group(above)}/${group(below)}`;
}

export function root(degree: string, inside: string): string {
  const sign = ROOTS.get(degree);
  if (sign !== undefined) return inside === "" ? "" : `${sign}${group(inside)}`;
  return `√(${degree}&${inside})`;
}

const ROOTS: ReadonlyMap<string, string> = new Map([
  ["", "√"],
  ["2", "√"],
  ["3", "∛"],
  ["4", "∜"],
]);

/** Indices below and above: `x_1^2`; an index that is absent leaves no sign. */
export function indexed(base: string, below: string, above: string): string {
  const foot = below === "" ? "" : `_${group(below)}`;
  const head = above === "" ? "" : PRIMES.test(above) ? above : `^${group(above)}`;
  return base + foot + head;
}

const PRIMES = /^[′″‴⁗']+$/;
