import type { FormatToken } from "./sections.ts";

/** Writes a number as a fraction: `# ?/?`, `# ??/??`, `?/8`. */
export function fractionText(tokens: readonly FormatToken[], slash: number, value: number): string {
  const before = tokens.slice(0, slash);
  const numerator = before.findLastIndex((token) => token.kind !== "digit");
  const hasWhole = before.slice(0, numerator + 1).some((token) => token.kind === "digit");
  const [top, bottom] = fractionOf(hasWhole ? value % 1 : value, denominatorsOf(tokens.slice(slash + 1)));
  const whole = hasWhole ? Math.floor(value) + (top === bottom ? 1 : 0) : 0;
  const isWhole = top === 0 || (hasWhole && top === bottom);
  if (isWhole) return String(whole);
  return `${whole === 0 ? "" : `${whole} `}${top}/${bottom}`;
}

interface Denominators {
  readonly fixed: number | undefined;
  readonly most: number;
}

function denominatorsOf(tokens: readonly FormatToken[]): Denominators {
  const text = tokens
    .map((token) => (token.kind === "text" ? token.text : token.kind === "digit" ? token.sign : ""))
    .join("");
  const stated = /^[\s?#]*([1-9]\d{0,4})/.exec(text)?.[1];
  const places = Math.min(4, Math.max(1, tokens.filter((token) => token.kind === "digit").length));
  return { fixed: stated === undefined ? undefined : Number(stated), most: 10 ** places - 1 };
}

/** The nearest fraction whose denominator has at most so many digits, by continued fractions. */
function fractionOf(value: number, { fixed, most }: Denominators): readonly [top: number, bottom: number] {
  if (fixed !== undefined) return [Math.round(value * fixed), fixed];
  let [topBefore, top, bottomBefore, bottom] = [0, 1, 1, 0];
  let rest = value;
  for (let step = 0; step < 20; step += 1) {
    const whole = Math.floor(rest);
    const [nextTop, nextBottom] = [whole * top + topBefore, whole * bottom + bottomBefore];
    if (nextBottom > most) break;
    [topBefore, top, bottomBefore, bottom] = [top, nextTop, bottom, nextBottom];
    if (rest - whole < 1e-9) break;
    rest = 1 / (rest - whole);
  }
  return bottom === 0 ? [Math.round(value), 1] : [top, bottom];
}
