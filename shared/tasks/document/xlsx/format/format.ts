import { type DateBase, dateText } from "./date.ts";
import { generalText } from "./general.ts";
import { numberText } from "./number.ts";
import { type FormatSection, sectionsOf } from "./sections.ts";

/** Writes the value of a cell as its program shows it. */
export interface CellFormat {
  number(value: number): string;
  text(value: string): string;
  /** Whether numbers are shown as dates or times. */
  readonly isDate: boolean;
}

/** Compiles a number format, such as `#,##0.00;[Red](#,##0.00)` or `d mmm yyyy`. */
export function formatOf(code: string, base: DateBase): CellFormat {
  const sections = sectionsOf(code);
  const forText = sections.length > 3 ? sections[3] : sections.findLast(isForText);
  return {
    number: (value) => (Number.isFinite(value) ? shownNumber(sections, value, base) : String(value)),
    isDate: sections.some(isForDate),
    text: (value) => (forText === undefined ? value : textThrough(forText, value)),
  };
}

function isForText({ tokens }: FormatSection): boolean {
  return tokens.some((token) => token.kind === "sign" && token.sign === "@");
}

function isForDate({ tokens }: FormatSection): boolean {
  return tokens.some((token) => token.kind === "date" && !/^[gb]/.test(token.letters));
}

function textThrough({ tokens }: FormatSection, value: string): string {
  return tokens
    .map((token) =>
      token.kind === "text" ? token.text : token.kind === "sign" && token.sign === "@" ? value : "",
    )
    .join("");
}

function shownNumber(sections: readonly FormatSection[], value: number, base: DateBase): string {
  const at = choose(sections, value);
  const section = sections[at];
  if (section === undefined) return generalText(value);
  // A section that only negative numbers come to writes their sign itself.
  const ownsSign =
    at > 0 && (section.condition === undefined ? at === 1 : !section.condition(1) && value < 0);
  const sign = value < 0 && !ownsSign ? "-" : "";
  return sectionText(section, value, { sign, base }).trim();
}

function sectionText(
  section: FormatSection,
  value: number,
  { sign, base }: { readonly sign: string; readonly base: DateBase },
): string {
  const { tokens } = section;
  if (isForDate(section)) return dateText(section, value, base) ?? generalText(value);
  if (tokens.some((token) => token.kind === "digit")) {
    const text = numberText(section, Math.abs(value));
    return /[1-9]/.test(text) || sign === "" ? sign + text : text;
  }
  return tokens
    .map((token) => {
      if (token.kind === "text") return token.text;
      const isNumber = token.kind === "sign" && (token.sign === "General" || token.sign === "@");
      return isNumber
        ? sign + generalText(Math.abs(value))
        : token.kind === "sign" && token.sign === "%"
          ? "%"
          : "";
    })
    .join("");
}

/** Index of the section for a number. */
function choose(sections: readonly FormatSection[], value: number): number {
  if (sections.some(({ condition }) => condition !== undefined)) {
    const fitting = sections.findIndex(({ condition }) => condition?.(value) ?? false);
    return fitting === -1
      ? Math.max(
          0,
          sections.findIndex(({ condition }) => condition === undefined),
        )
      : fitting;
  }
  if (value < 0 && sections.length > 1) return 1;
  return value === 0 && sections.length > 2 ? 2 : 0;
}
