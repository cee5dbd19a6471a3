import type { Xml } from "../xml.ts";
import type { Formula } from "./formula.ts";
import { formulaOf } from "./omml.ts";
import { fraction, group, indexed, root } from "./shapes.ts";

/** An equation as one line of text: `1/2`, `10^2`, `√(x+1)`. */
export function linearMath(element: Xml): string {
  return linear(formulaOf(element)).trim();
}

/** Text of a formula. Where letters or digits would run together and change the value, a space parts them: `3 1/2`. */
function linear(formula: Formula): string {
  switch (formula.kind) {
    case "text":
      return plainSigns(formula.text);
    case "row":
      return joined(formula.parts);
    case "fraction":
      return linearFraction(formula);
    case "index":
      return indexed(based(formula.base), linear(formula.below).trim(), linear(formula.above).trim());
    case "preIndex":
      return `${indexed("", linear(formula.below), linear(formula.above))} ${based(formula.base)}`;
    case "root":
      return root(linear(formula.degree), linear(formula.inside));
    case "operator":
      return `${indexed(formula.sign, linear(formula.below).trim(), linear(formula.above).trim())} ${linear(formula.inside)}`.trim();
    case "brackets":
      return `${formula.open}${formula.parts.map(linear).join(formula.separator)}${formula.close}`;
    case "function":
      return `${linear(formula.name)} ${argument(linear(formula.inside))}`.trim();
    case "limit":
      return formula.place === "under"
        ? indexed(linear(formula.base), linear(formula.limit), "")
        : indexed(linear(formula.base), "", linear(formula.limit));
    case "accent":
      return marked(linear(formula.inside), formula.sign);
    case "line":
      return marked(linear(formula.inside), formula.place === "over" ? "\u0305" : "\u0332");
    case "brace":
    case "frame":
      return linear(formula.inside);
    case "lines":
      return formula.rows.map((row) => withoutAlignment(linear(row))).join("; ");
    case "matrix":
      return formula.rows.map((row) => row.map(linear).join(", ")).join("; ");
  }
}

function linearFraction({ bar, above, below }: Extract<Formula, { kind: "fraction" }>): string {
  const [top, bottom] = [linear(above), linear(below)];
  return bar === "none" ? `${group(top)}¦${group(bottom)}` : fraction(top, bottom);
}

function based(base: Formula): string {
  const text = linear(base).trim();
  return text === "" ? "" : group(text);
}

function joined(parts: readonly Formula[]): string {
  let text = "";
  let before: Formula | undefined;
  for (const part of parts) {
    const next = linear(part);
    if (next === "") continue;
    text += before !== undefined && runTogether(text, next, [before, part]) ? ` ${next}` : next;
    before = part;
  }
  return text;
}

/** Whether two neighbours read as one number or word: after a fraction, index or root, and before a fraction. */
function runTogether(text: string, next: string, [before, part]: readonly [Formula, Formula]): boolean {
  const touches = /[\p{L}\p{N}\p{M})\]]$/u.test(text.slice(-2)) && /^[\p{L}\p{N}√∛∜(]/u.test(next);
  return touches && (ENDS_OPEN.has(before.kind) || part.kind === "fraction" || part.kind === "function");
}

const ENDS_OPEN: ReadonlySet<Formula["kind"]> = new Set([
  "fraction",
  "index",
  "root",
  "operator",
  "function",
  "limit",
]);

/** The argument of a function, in brackets where it is more than one factor. */
function argument(text: string): string {
  return /^[\p{L}\p{N}\p{M}.^_′]+(?:\([^()]*\))?$/u.test(text) ? text : group(text);
}

/** A mark over one letter is a part of it; over more it follows their brackets. */
function marked(text: string, mark: string): string {
  if (text === "") return "";
  const base = [...text].length === 1 ? text : `(${text})`;
  return (base + mark).normalize("NFC");
}

/** In equations below each other, `&` is where they align and `#` begins their number. */
function withoutAlignment(text: string): string {
  return text.replaceAll("&", "").replace("#", " ");
}

/** Letters of mathematical alphabets are plain letters, but for those with a line doubled (ℝ and their like). */
function plainSigns(text: string): string {
  return text.replace(/[\u{1d400}-\u{1d537}\u{1d56c}-\u{1d7ff}]/gu, (sign) => sign.normalize("NFKC"));
}
