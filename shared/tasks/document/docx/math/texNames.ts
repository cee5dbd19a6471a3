/** Functions that TeX has a command of their own name for. */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min Pr sec sin sinh sup tan tanh".split(
    " ",
  ),
);

export const OPERATORS: ReadonlyMap<string, string> = new Map([
  ["∑", "\\sum"],
  ["∏", "\\prod"],
  ["∐", "\\coprod"],
  ["∫", "\\int"],
  ["∬", "\\iint"],
  ["∭", "\\iiint"],
  ["∮", "\\oint"],
  ["⋃", "\\bigcup"],
  ["⋂", "\\bigcap"],
  ["⋁", "\\bigvee"],
  ["⋀", "\\bigwedge"],
  ["⨁", "\\bigoplus"],
  ["⨂", "\\bigotimes"],
  ["⨀", "\\bigodot"],
  ["⨄", "\\biguplus"],
  ["⨆", "\\bigsqcup"],
]);

export const ACCENTS: ReadonlyMap<string, string> = new Map([
  ["\u0300", "\\grave"],
  ["\u0301", "\\acute"],
  ["\u0302", "\\hat"],
  ["\u0303", "\\tilde"],
  ["\u0304", "\\bar"],
  ["\u0305", "\\overline"],
  ["\u0306", "\\breve"],
  ["\u0307", "\\dot"],
  ["\u0308", "\\ddot"],
  ["\u20db", "\\dddot"],
  ["\u030c", "\\check"],
  ["\u20d7", "\\vec"],
  ["\u20d6", "\\overleftarrow"],
  ["\u20e1", "\\overleftrightarrow"],
  ["\u033f", "\\overline"],
]);

export const BRACES: ReadonlyMap<string, string> = new Map([
  ["⏟", "\\underbrace"],
  ["⏞", "\\overbrace"],
  ["⎴", "\\overbracket"],
  ["⎵", "\\underbracket"],
  ["←", "\\overleftarrow"],
  ["→", "\\overrightarrow"],
]);

const BRACKETS: ReadonlyMap<string, string> = new Map([
  ["", "."],
  ["{", "\\{"],
  ["}", "\\}"],
  ["‖", "\\|"],
  ["∥", "\\|"],
  ["⌊", "\\lfloor"],
  ["⌋", "\\rfloor"],
  ["⌈", "\\lceil"],
  ["⌉", "\\rceil"],
  ["⟨", "\\langle"],
  ["⟩", "\\rangle"],
  ["〈", "\\langle"],
  ["〉", "\\rangle"],
  ["⟦", "\\llbracket"],
  ["⟧", "\\rrbracket"],
  ["<", "\\langle"],
  [">", "\\rangle"],
]);

/** A bracket after `\left`, `\middle` or `\right`; a sign that is no bracket in TeX counts as none. */
export function texBracket(sign: string): string {
  return BRACKETS.get(sign) ?? (/^[()[\]|/]$/.test(sign) ? sign : ".");
}
