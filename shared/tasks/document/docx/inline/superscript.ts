const RAISED: ReadonlyMap<string, string> = new Map([
  ...[..."0123456789"].map((digit, at): [string, string] => [digit, [..."⁰¹²³⁴⁵⁶⁷⁸⁹"][at] ?? digit]),
]);

/**
 * Text that is set above the line: numbers become raised signs, so that 10² does not read as 102. Words stay, as in 1st.
 */
export function raised(text: string): string {
  if (text === "n") return "ⁿ";
  if (!/^[\s\d,;.+\-−–*()[\]]*$/.test(text)) return text;
  return text
    .replace(
      /^(\s*)([+\-−])(?=\d)/,
      (_, space: string, sign: string) => `${space}${sign === "+" ? "⁺" : "⁻"}`,
    )
    .replace(/\d/g, (digit) => RAISED.get(digit) ?? digit);
}
