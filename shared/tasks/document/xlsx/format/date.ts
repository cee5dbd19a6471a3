import type { FormatSection, FormatToken } from "./sections.ts";

const DAY = 86_400;
/** 31 December 9999, the last day that Excel shows. */
const LAST_SERIAL = 2_958_465;
/** Days between the two bases that a workbook may count from. */
const DAYS_TO_1904 = 1_462;

export interface DateBase {
  /** Whether days count from 1 January 1904. */
  readonly is1904: boolean;
}

/** A moment of a day that a number stands for. */
interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Day of the week, from 0 for Sunday. */
  readonly weekday: number;
  readonly seconds: number;
  /** Whole time since the base, in seconds. */
  readonly elapsed: number;
}

/** Writes a number as a date or time; undefined where it stands for none. */
export function dateText(section: FormatSection, serial: number, { is1904 }: DateBase): string | undefined {
  const digits = secondDigits(section.tokens);
  const rounded = Math.round(serial * DAY * 10 ** digits) / 10 ** digits;
  const moment = momentOf(rounded, is1904);
  if (moment === undefined) return undefined;
  const isTwelve = section.tokens.some((token) => token.kind === "sign" && token.sign === "AM/PM");
  const { tokens, language } = section;
  const context = { tokens, moment, isTwelve, language, digits };
  return tokens.map((_, at) => tokenText(at, context)).join("");
}

/** Places of the fraction of a second: the zeros behind `s.`. */
function secondDigits(tokens: readonly FormatToken[]): number {
  const at = tokens.findIndex((token) => token.kind === "sign" && token.sign === ".");
  if (at === -1) return 0;
  let digits = 0;
  while (tokens[at + 1 + digits]?.kind === "digit") digits += 1;
  return Math.min(3, digits);
}

function momentOf(elapsed: number, is1904: boolean): Moment | undefined {
  const days = Math.floor(elapsed / DAY) + (is1904 ? DAYS_TO_1904 : 0);
  if (elapsed < 0 || days > LAST_SERIAL) return undefined;
  const seconds = elapsed - Math.floor(elapsed / DAY) * DAY;
  // Excel counts a 29 February 1900, which was none.
  if (days === 60) return { year: 1900, month: 2, day: 29, weekday: 3, seconds, elapsed };
  const date = new Date(Date.UTC(1899, 11, days < 60 ? 31 : 30) + days * DAY * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: days < 60 ? (date.getUTCDay() + 6) % 7 : date.getUTCDay(),
    seconds,
    elapsed,
  };
}

interface Context {
  readonly tokens: readonly FormatToken[];
  readonly moment: Moment;
  readonly isTwelve: boolean;
  readonly language: string;
  readonly digits: number;
}

function tokenText(at: number, context: Context): string {
  const token = context.tokens[at];
  if (token === undefined) return "";
  if (token.kind === "text") return token.text;
  if (token.kind === "sign") return signText(token.sign, context);
  if (token.kind === "digit") return "";
  if (token.isElapsed) return elapsedText(token.letters, context.moment);
  return lettersText(
    isMinutes(at, context.tokens) ? token.letters.replaceAll("m", "i") : token.letters,
    context,
  );
}

function signText(sign: string, { moment, digits }: Context): string {
  if (sign === "AM/PM") return moment.seconds < DAY / 2 ? "AM" : "PM";
  if (sign === "." && digits > 0) return `.${(moment.seconds % 1).toFixed(digits).slice(2)}`;
  return sign === "@" || sign === "General" ? "" : sign;
}

function elapsedText(letters: string, { elapsed }: Moment): string {
  const unit = letters.startsWith("h") ? 3600 : letters.startsWith("m") ? 60 : 1;
  return String(Math.floor(elapsed / unit)).padStart(letters.length, "0");
}

/** `m` stands for minutes behind hours or before seconds. */
function isMinutes(at: number, tokens: readonly FormatToken[]): boolean {
  const letters = (one: FormatToken | undefined) => (one?.kind === "date" ? one.letters : "");
  if (!/^mm?$/.test(letters(tokens[at]))) return false;
  const before = tokens.slice(0, at).findLast((token) => token.kind === "date");
  const after = tokens.slice(at + 1).find((token) => token.kind === "date");
  return letters(before).startsWith("h") || letters(after).startsWith("s");
}

function lettersText(letters: string, { moment, isTwelve, language }: Context): string {
  const { year, month, day, weekday, seconds } = moment;
  const hours = Math.floor(seconds / 3600);
  const two = (value: number) => String(value).padStart(Math.min(2, letters.length), "0");
  switch (letters[0]) {
    case "y":
      return letters.length > 2 ? String(year) : String(year % 100).padStart(2, "0");
    case "e":
      return String(year);
    case "m":
      return letters.length < 3 ? two(month) : monthName(month, letters.length, language);
    case "d":
      return letters.length < 3 ? two(day) : dayName(weekday, letters.length, language);
    case "h":
      return two(isTwelve ? hours % 12 || 12 : hours);
    case "i":
      return two(Math.floor(seconds / 60) % 60);
    case "s":
      return two(Math.floor(seconds) % 60);
    default:
      return "";
  }
}

function monthName(month: number, length: number, language: string): string {
  const style = length === 3 ? "short" : length === 5 ? "narrow" : "long";
  return nameOf(new Date(Date.UTC(2023, month - 1, 1)), language, { month: style });
}

function dayName(weekday: number, length: number, language: string): string {
  return nameOf(new Date(Date.UTC(2023, 0, 1 + weekday)), language, {
    weekday: length === 3 ? "short" : "long",
  });
}

function nameOf(date: Date, language: string, options: Intl.DateTimeFormatOptions): string {
  return formatterOf(language, options).format(date);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  formatters.set(key, known);
  return known;
}
