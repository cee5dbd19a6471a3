/** Digits that Excel keeps of a number. */
const PRECISION = 15;
/** Digits before and after the point that the format General shows. */
const SHOWN = 10;

/**
 * Writes a number in the format General. Whole numbers of up to 15 digits stay whole: Excel shows longer ones as powers of
 * ten, and they are often identifiers.
 */
export function generalText(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (Number.isInteger(value) && size < 10 ** PRECISION) return String(value);
  if (size >= 10 ** PRECISION || size < 1e-4) return scientific(value);
  const whole = size < 1 ? 1 : Math.floor(Math.log10(size)) + 1;
  return String(Number(Number(value.toPrecision(PRECISION)).toFixed(Math.max(0, SHOWN - whole))));
}

function scientific(value: number): string {
  const [mantissa = "", exponent = "0"] = value.toExponential(5).split("e");
  const power = Number(exponent);
  const sign = power < 0 ? "-" : "+";
  return `${Number(mantissa)}E${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}
