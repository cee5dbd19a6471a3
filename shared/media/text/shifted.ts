const ESCAPE = "\u001b";
/** A character of two bytes behind a shift. */
const SHIFTED_OUT = new RegExp(`${"\u000e"}[!-~]{2}`);

/** Escape sequences and shifts of encodings whose texts are bytes below 128. */
const SHIFTED: readonly (readonly [encoding: string, ...signs: RegExp[]])[] = [
  ["iso-2022-kr", new RegExp(`${ESCAPE}\\$\\)C`), SHIFTED_OUT],
  ["iso-2022-cn", new RegExp(`${ESCAPE}\\$\\)A`), SHIFTED_OUT],
  ["iso-2022-jp", new RegExp(`${ESCAPE}(?:\\$(?:[@AB]|\\([BCDOQ])[!-~]{2}|\\(I[!-_])`)],
  ["hz-gb-2312", /~\{(?:[!-w][!-~])+~\}/],
];
const SIGNS = [0x1b, 0x7e];

/** Recognises ISO-2022 and HZ in a file of ASCII bytes. HZ needs more Chinese characters of daily use than others. */
export function shiftedEncoding(bytes: Buffer): string | undefined {
  if (!SIGNS.some((sign) => bytes.includes(sign))) return undefined;
  const text = bytes.toString("latin1");
  const found = SHIFTED.find(([, ...signs]) => signs.every((sign) => sign.test(text)))?.[0];
  return found === "hz-gb-2312" && !isChinese(text) ? undefined : found;
}

/** Lead bytes 0x30..0x57 are characters of daily use, 0x21..0x23 punctuation and letters. */
function isChinese(text: string): boolean {
  let daily = 0;
  let all = 0;
  for (const [, run = ""] of text.matchAll(/~\{((?:[!-w][!-~])+)~\}/g)) {
    for (let at = 0; at < run.length; at += 2) {
      const lead = run.charCodeAt(at);
      all += 1;
      if ((lead >= 0x30 && lead <= 0x57) || (lead >= 0x21 && lead <= 0x23)) daily += 1;
    }
  }
  return daily >= all * 0.9;
}
