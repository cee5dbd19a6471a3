/** A piece of a number format (ECMA-376 part 1, 18.8.31). */
export type FormatToken =
  | { readonly kind: "text"; readonly text: string }
  /** `0`, `#` or `?`. */
  | { readonly kind: "digit"; readonly sign: string }
  /** `.`, `,`, `%`, `/`, `@`, `General`, `AM/PM`, and `E+` or `E-`. */
  | { readonly kind: "sign"; readonly sign: string }
  /** Letters of a date: `yyyy`, `mm`, `[h]`. */
  | { readonly kind: "date"; readonly letters: string; readonly isElapsed: boolean };

export interface FormatSection {
  readonly tokens: readonly FormatToken[];
  readonly condition: ((value: number) => boolean) | undefined;
  /** Language of the names of months and days. */
  readonly language: string;
}

/** Longest format that is read; Excel writes 255 characters. */
const LONGEST = 2_000;

const TOKEN =
  /"([^"]*)"?|\\([\s\S])|_([\s\S]?)|\*[\s\S]?|\[([^\]]*)\]?|(General)|(AM\/PM|A\/P|上午\/下午)|(E[+-])|([0#?])|([.,%/@])|(;)|(yyyy|yyy|yy|y|e{1,4}|m{1,5}|d{1,4}|h{1,2}|s{1,2}|g{1,3}|b{1,4})|([\s\S])/giu;

/** Parts a format at its semicolons. */
export function sectionsOf(code: string): FormatSection[] {
  const sections: MutableSection[] = [newSection()];
  for (const match of code.slice(0, LONGEST).matchAll(TOKEN)) {
    const section = sections.at(-1) ?? newSection();
    if (match[10] !== undefined) sections.push(newSection());
    else if (match[4] === undefined) section.tokens.push(...tokensOf(match));
    else bracket(section, match[4]);
  }
  return sections;
}

interface MutableSection extends FormatSection {
  readonly tokens: FormatToken[];
  condition: FormatSection["condition"];
  language: string;
}

function newSection(): MutableSection {
  return { tokens: [], condition: undefined, language: "en" };
}

function tokensOf(match: RegExpExecArray): FormatToken[] {
  const [whole, quoted, escaped, space, , general, noon, exponent, digit, sign, , date] = match;
  const text = quoted ?? escaped;
  if (text !== undefined) return [{ kind: "text", text }];
  if (space !== undefined) return [{ kind: "text", text: " " }];
  if (whole.startsWith("*")) return [];
  if (digit !== undefined) return [{ kind: "digit", sign: digit }];
  const named = general === undefined ? sign : "General";
  if (named !== undefined) return [{ kind: "sign", sign: named }];
  if (noon !== undefined) return [{ kind: "sign", sign: "AM/PM" }];
  if (exponent !== undefined) return [{ kind: "sign", sign: exponent.toUpperCase() }];
  if (date !== undefined) return [{ kind: "date", letters: date.toLowerCase(), isElapsed: false }];
  return [{ kind: "text", text: whole }];
}

/** `[h]`, `[>=100]`, `[$€-407]`, `[Red]`. */
function bracket(section: MutableSection, inside: string): void {
  const elapsed = /^(?:h+|m+|s+)$/i.exec(inside)?.[0];
  if (elapsed !== undefined) {
    section.tokens.push({ kind: "date", letters: elapsed.toLowerCase(), isElapsed: true });
    return;
  }
  const currency = /^\$([^-]*)(?:-([0-9a-f]+))?/i.exec(inside);
  if (currency !== null) {
    if (currency[1]) section.tokens.push({ kind: "text", text: currency[1] });
    section.language = LANGUAGES[Number.parseInt(currency[2] ?? "0", 16) & 0x3ff] ?? "en";
    return;
  }
  const condition = /^(<=|>=|<>|<|>|=)\s*(-?[\d.]+)$/.exec(inside);
  if (condition !== null) section.condition = conditionOf(condition[1] ?? "=", Number(condition[2]));
}

function conditionOf(sign: string, limit: number): (value: number) => boolean {
  const conditions: Readonly<Record<string, (value: number) => boolean>> = {
    "<": (value) => value < limit,
    ">": (value) => value > limit,
    "<=": (value) => value <= limit,
    ">=": (value) => value >= limit,
    "<>": (value) => value !== limit,
  };
  return conditions[sign] ?? ((value) => value === limit);
}

/** Languages by the lower ten bits of Windows' numbers of locales. */
const LANGUAGES: Readonly<Record<number, string>> = {
  ...{ 1: "ar", 2: "bg", 3: "ca", 4: "zh", 5: "cs", 6: "da", 7: "de", 8: "el" },
  ...{ 10: "es", 11: "fi", 12: "fr", 13: "he", 14: "hu", 16: "it", 17: "ja", 18: "ko" },
  ...{ 19: "nl", 20: "nb", 21: "pl", 22: "pt", 24: "ro", 25: "ru", 26: "hr", 27: "sk" },
  ...{ 29: "sv", 30: "th", 31: "tr", 34: "uk", 36: "sl", 37: "et", 38: "lv", 39: "lt" },
};
