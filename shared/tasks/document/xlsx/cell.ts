import { unescaped } from "./strings.ts";
import type { CellFormats } from "./styles.ts";

/** A cell as its sheet has it. */
export interface SheetCell {
  /** `n`, `s`, `str`, `inlineStr`, `b`, `e`, `d`. */
  readonly type: string;
  readonly style: string | undefined;
  value: string;
  hasFormula: boolean;
}

export interface CellValues {
  readonly strings: readonly string[];
  readonly formats: CellFormats;
  readonly is1904: boolean;
}

/** The value of a cell as its program shows it. */
export function shownValue(
  { type, style, value }: SheetCell,
  { strings, formats, is1904 }: CellValues,
): string {
  switch (type) {
    case "s":
      return formats(style).text(strings[Number(value)] ?? "");
    case "b":
      return value === "" ? "" : value === "0" || value === "false" ? "FALSE" : "TRUE";
    case "e":
      return value;
    case "str":
      return formats(style).text(unescaped(value));
    case "inlineStr":
      return formats(style).text(value);
    case "d":
      return dateValue(value, { formats, style, is1904 });
    default:
      return numberValue(value, formats, style);
  }
}

function numberValue(value: string, formats: CellFormats, style: string | undefined): string {
  const text = value.trim();
  if (text === "") return "";
  const number = Number(text);
  return Number.isNaN(number) ? text : formats(style).number(number);
}

interface DateCell {
  readonly formats: CellFormats;
  readonly style: string | undefined;
  readonly is1904: boolean;
}

const DAY_MS = 86_400_000;

/** Strict files write dates in ISO 8601; a style without a format of dates shows them so. */
function dateValue(value: string, { formats, style, is1904 }: DateCell): string {
  const time = Date.parse(
    /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(value) || !value.includes("T") ? value : `${value}Z`,
  );
  const base = is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  const format = formats(style);
  return Number.isNaN(time) || !format.isDate ? value : format.number((time - base) / DAY_MS);
}
