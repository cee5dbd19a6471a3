import type { Xml } from "../xml.ts";
import { type Formula, NOTHING } from "./formula.ts";
import { formulaOf } from "./omml.ts";
import { ACCENTS, BRACES, FUNCTIONS, OPERATORS, texBracket } from "./texNames.ts";
import { texText } from "./texSigns.ts";

/** An equation as TeX, without the signs that begin and end it: `\frac{1}{2}`. */
export function texMath(element: Xml): string {
  return tex(formulaOf(element))
    .replace(/\s+/g, " ")
    .replace(/ (?=[}^_&)\]]|$)/g, "")
    .trim();
}

function tex(formula: Formula): string {
  switch (formula.kind) {
    case "text":
      return texText(formula.text, formula.face);
    case "row":
      return formula.parts.map(tex).join("");
    case "fraction":
      return texFraction(formula);
    case "index":
      return based(formula.base) + indices(formula);
    case "preIndex":
      return `{}${indices(formula)}${based(formula.base)}`;
    case "root":
      return texRoot(tex(formula.degree), tex(formula.inside));
    case "operator":
      return texOperator(formula);
    case "brackets":
      return texBrackets(formula);
    case "function":
      return `${functionName(formula.name)}{${tex(formula.inside)}}`;
    case "limit":
      return texLimit(formula);
    case "accent":
      return `${ACCENTS.get(formula.sign) ?? "\\hat"}{${tex(formula.inside)}}`;
    case "line":
      return `${formula.place === "over" ? "\\overline" : "\\underline"}{${tex(formula.inside)}}`;
    case "brace":
      return texBrace(formula);
    case "lines":
      return environment("aligned", formula.rows.map(texLine));
    case "matrix":
      return environment(
        "matrix",
        formula.rows.map((row) => row.map(tex).join(" & ")),
      );
    case "frame":
      return `\\boxed{${tex(formula.inside)}}`;
  }
}

type Kind<Name extends Formula["kind"]> = Extract<Formula, { kind: Name }>;

function texFraction({ bar, above, below }: Kind<"fraction">): string {
  const [top, bottom] = [tex(above), tex(below)];
  if (bar === "none") return `{${top} \\atop ${bottom}}`;
  return bar === "line" ? `\\frac{${top}}{${bottom}}` : `{${top}}/{${bottom}}`;
}

function texRoot(degree: string, inside: string): string {
  return degree === "" ? `\\sqrt{${inside}}` : `\\sqrt[${degree}]{${inside}}`;
}

function based(base: Formula): string {
  const text = tex(base).trim();
  return /^(?:.|\d+|\\[a-zA-Z]+)$/u.test(text) ? text : `{${text}}`;
}

function indices({ below, above }: { readonly below: Formula; readonly above: Formula }): string {
  const [foot, head] = [tex(below), tex(above)];
  const raised = /^(?:'|\\prime )+$/.test(head)
    ? head.replaceAll("\\prime ", "'")
    : head === ""
      ? ""
      : `^{${head}}`;
  return (foot === "" ? "" : `_{${foot}}`) + raised;
}

function texOperator({ sign, limits, inside, ...both }: Kind<"operator">): string {
  const name = OPERATORS.get(sign) ?? `\\mathop{${texText(sign, "italic")}}`;
  return `${name}${limits === "over" ? "\\limits" : ""}${indices(both)} {${tex(inside)}}`;
}

function texBrackets({ open, close, separator, parts }: Kind<"brackets">): string {
  const inside = parts.map(tex).join(`\\middle${texBracket(separator)} `);
  const [only] = parts;
  if (open === "(" && close === ")" && only?.kind === "fraction" && only.bar === "none") {
    return `\\binom{${tex(only.above)}}{${tex(only.below)}}`;
  }
  return `\\left${texBracket(open)} ${inside}\\right${texBracket(close)} `;
}

/** `\sin`, `\lim_{x \to 0}`, or another name in upright letters. */
function functionName(name: Formula): string {
  if (name.kind === "index") return functionName(name.base) + indices(name);
  if (name.kind === "limit") return texLimit(name);
  if (name.kind !== "text") return tex(name);
  const word = name.text.trim();
  return FUNCTIONS.has(word) ? `\\${word}` : `\\operatorname{${texText(word, "italic")}}`;
}

function texLimit({ place, base, limit }: Kind<"limit">): string {
  const isName = base.kind === "text" && FUNCTIONS.has(base.text.trim());
  const [below, above] = place === "under" ? [limit, NOTHING] : [NOTHING, limit];
  if (isName) return functionName(base) + indices({ below, above });
  if (base.kind === "brace" && base.place === place) return texBrace(base) + indices({ below, above });
  return `\\${place}set{${tex(limit)}}{${tex(base)}}`;
}

function texBrace({ sign, place, inside }: Kind<"brace">): string {
  const name = BRACES.get(sign);
  return name === undefined
    ? `\\${place}set{${texText(sign, "italic")}}{${tex(inside)}}`
    : `${name}{${tex(inside)}}`;
}

/** A line of equations; `#` begins its number. */
function texLine(row: Formula): string {
  return tex(row)
    .replaceAll("\\&", "&")
    .replace(/\\#([\s\S]*)$/, "\\quad \\text{$1}");
}

function environment(name: string, rows: readonly string[]): string {
  return `\\begin{${name}}${rows.join(" \\\\ ")}\\end{${name}}`;
}
