import { fractionText } from "./fraction.ts";
import type { FormatSection, FormatToken } from "./sections.ts";

/** Writes a number that is not negative after a section without letters of dates. */
export function numberText({ tokens }: FormatSection, value: number): string {
  const scaled = value * 100 ** count(tokens, "%") * 1000 ** -trailingCommas(tokens);
  const exponent = tokens.findIndex((token) => token.kind === "sign" && /^E[+-]$/.test(token.sign));
  if (exponent !== -1) return scientific(tokens, exponent, scaled);
  const slash = tokens.findIndex((token) => isSign(token, "/"));
  const isFraction = slash > 0 && tokens.slice(0, slash).some(isDigit);
  return isFraction ? fractionText(tokens, slash, scaled) : plain(tokens, scaled);
}

function count(tokens: readonly FormatToken[], sign: string): number {
  return tokens.filter((token) => isSign(token, sign)).length;
}

export function isSign(token: FormatToken | undefined, sign: string): boolean {
  return token?.kind === "sign" && token.sign === sign;
}

export function isDigit(token: FormatToken): token is Extract<FormatToken, { kind: "digit" }> {
  return token.kind === "digit";
}

/** Commas behind the last digit, each of which divides by a thousand. */
function trailingCommas(tokens: readonly FormatToken[]): number {
  const last = tokens.findLastIndex(isDigit);
  let commas = 0;
  while (last !== -1 && isSign(tokens[last + 1 + commas], ",")) commas += 1;
  return commas;
}

function pointOf(tokens: readonly FormatToken[]): number {
  const at = tokens.findIndex((token) => isSign(token, "."));
  return at === -1 ? tokens.length : at;
}

/** Most decimal places; JavaScript writes a hundred, Excel thirty. */
const MOST_DECIMALS = 30;

function plain(tokens: readonly FormatToken[], value: number): string {
  const point = pointOf(tokens);
  const decimals = Math.min(MOST_DECIMALS, tokens.slice(point).filter(isDigit).length);
  const [whole = "0", part = ""] = fixed(value, decimals).split(".");
  return wholeText(tokens.slice(0, point), whole) + partText(tokens.slice(point), part);
}

/** Rounds half away from zero by the decimal digits that are shown, as Excel does: 1.005 is 1.01. */
export function fixed(value: number, decimals: number): string {
  const shortest = String(Number(value.toPrecision(15)));
  if (shortest.includes("e")) return value.toFixed(decimals);
  return Number(`${Math.round(Number(`${shortest}e${decimals}`))}e-${decimals}`).toFixed(decimals);
}

/** The digits before the point, from the last one on; the first placeholder takes all that are left. */
function wholeText(tokens: readonly FormatToken[], digits: string): string {
  const isGrouped = tokens.some((token, at) => isSign(token, ",") && tokens.slice(at).some(isDigit));
  const first = tokens.findIndex(isDigit);
  const row = new DigitRow(digits === "0" ? "" : digits, isGrouped);
  for (const [back, token] of tokens.toReversed().entries()) {
    if (!isDigit(token)) row.put(signText(token));
    else row.take(token.sign, tokens.length - 1 - back === first);
  }
  return row.text;
}

/** Digits of a whole number as they are placed from the right. */
class DigitRow {
  text = "";
  #left: string;
  #written = 0;
  readonly #isGrouped: boolean;

  constructor(digits: string, isGrouped: boolean) {
    this.#left = digits;
    this.#isGrouped = isGrouped;
  }

  put(text: string): void {
    this.text = text + this.text;
  }

  /** @param takesAll whether no other placeholder follows */
  take(sign: string, takesAll: boolean): void {
    this.#digit(this.#left.at(-1) ?? padding(sign));
    while (takesAll && this.#left !== "") this.#digit(this.#left.at(-1) ?? "");
  }

  #digit(digit: string): void {
    this.#left = this.#left.slice(0, -1);
    if (digit === "") return;
    if (this.#isGrouped && this.#written > 0 && this.#written % 3 === 0 && digit !== " ") this.put(",");
    this.put(digit);
    this.#written += 1;
  }
}

function padding(sign: string): string {
  return sign === "0" ? "0" : sign === "?" ? " " : "";
}

/** The point and what follows it; zeros at the end are shown for `0` only. */
function partText(tokens: readonly FormatToken[], digits: string): string {
  const significant = digits.replace(/0+$/, "").length;
  let at = 0;
  return tokens
    .map((token) => {
      if (isSign(token, ".")) return ".";
      if (!isDigit(token)) return signText(token);
      at += 1;
      return at <= significant || token.sign === "0" ? (digits[at - 1] ?? "") : padding(token.sign);
    })
    .join("");
}

function signText(token: FormatToken): string {
  if (token.kind === "text") return token.text;
  if (token.kind !== "sign") return "";
  if (token.sign === "General") return "";
  return token.sign === "," || token.sign === "@" ? "" : token.sign;
}

function scientific(tokens: readonly FormatToken[], at: number, value: number): string {
  const mantissa = tokens.slice(0, at);
  const places = Math.max(1, mantissa.slice(0, pointOf(mantissa)).filter(isDigit).length);
  const decimals = mantissa.slice(pointOf(mantissa)).filter(isDigit).length;
  let power = value === 0 ? 0 : Math.floor(Math.log10(value));
  power = places > 1 ? Math.floor(power / places) * places : power;
  if (Number(fixed(value / 10 ** power, decimals)) >= 10 ** places) power += places;
  const sign = power < 0 ? "-" : isSign(tokens[at], "E+") ? "+" : "";
  const exponent = wholeText(tokens.slice(at + 1), String(Math.abs(power)));
  return `${plain(mantissa, value / 10 ** power)}E${sign}${exponent}`;
}
