import { codePoint } from "dingbat-to-unicode";

/** Names of fonts of symbols, in the spelling of the table, by their name without spaces and in capitals. */
const FONTS: ReadonlyMap<string, string> = new Map([
  ["SYMBOL", "SYMBOL"],
  ["SYMBOLMT", "SYMBOL"],
  ["STANDARDSYMBOLSL", "SYMBOL"],
  ["WEBDINGS", "WEBDINGS"],
  ["WINGDINGS", "WINGDINGS"],
  ["WINGDINGS2", "WINGDINGS 2"],
  ["WINGDINGS3", "WINGDINGS 3"],
  ["ZAPFDINGBATS", "ZAPF DINGBATS"],
  ["ITCZAPFDINGBATS", "ZAPF DINGBATS"],
  ["MONOTYPESORTS", "ZAPF DINGBATS"],
]);

/** Signs that the table has as a sign of a private area, or of Chinese. */
const BETTER: ReadonlyMap<number, string> = new Map([
  [0x3008, "\u27e8"],
  [0x3009, "\u27e9"],
  [0x1f5f5, "\u2612"],
  [0x1f5f9, "\u2611"],
  [0xf8ff, "\ufffd"],
]);

/** Stands for a sign of a font whose signs have no known meaning. */
const UNKNOWN = "\ufffd";
/** Word adds this to the codes of a font of symbols. */
const PRIVATE = 0xf000;

/** The name of a font of symbols; undefined for a font of letters. */
export function symbolFont(name: string | undefined): string | undefined {
  return name === undefined ? undefined : FONTS.get(name.replace(/[\s_-]/g, "").toUpperCase());
}

/** The meaning of a sign of a font (`w:sym`). */
export function symbolOf(font: string | undefined, code: number): string {
  const known = symbolFont(font);
  const sign = known === undefined ? undefined : meaning(known, code);
  if (sign !== undefined) return sign;
  if (Number.isNaN(code) || code < 0x20 || code > 0xffff) return "";
  return isPrivate(code) || isSurrogate(code) ? UNKNOWN : String.fromCharCode(code);
}

/** The meaning of text that is set in a font of symbols; signs that the font does not have stay. */
export function symbolText(font: string, text: string): string {
  return text.replace(/[\u0021-\u00ff\uf020-\uf0ff]/g, (sign) => meaning(font, sign.charCodeAt(0)) ?? sign);
}

function meaning(font: string, code: number): string | undefined {
  const own = code >= PRIVATE ? code - PRIVATE : code;
  if (font === "ZAPF DINGBATS") return zapf(own);
  const found = codePoint(font, own);
  return found === undefined ? undefined : (BETTER.get(found.codePoint) ?? found.string);
}

/** Unicode has the signs of this font in its order, but for the digits in circles and for those that it had before. */
function zapf(code: number): string | undefined {
  if (code === 0x20) return " ";
  const before = ZAPF_BEFORE.get(code);
  if (before !== undefined) return before;
  if (code >= 0x21 && code <= 0x7e) return String.fromCharCode(0x2700 + code - 0x20);
  return code >= 0xa1 && code <= 0xfe ? String.fromCharCode(0x2700 + code - 0x40) : undefined;
}

const ZAPF_BEFORE: ReadonlyMap<number, string> = new Map([
  [0x25, "\u260e"],
  [0x2a, "\u261b"],
  [0x2b, "\u261e"],
  [0x48, "\u2605"],
  [0x6c, "\u25cf"],
  [0x6e, "\u25a0"],
  [0x73, "\u25b2"],
  [0x74, "\u25bc"],
  [0x75, "\u25c6"],
  [0x77, "\u25d7"],
  [0xa8, "\u2663"],
  [0xa9, "\u2666"],
  [0xaa, "\u2665"],
  [0xab, "\u2660"],
  ...Array.from({ length: 10 }, (_, at): [number, string] => [0xac + at, String.fromCharCode(0x2460 + at)]),
  [0xd5, "\u2192"],
  [0xd6, "\u2194"],
  [0xd7, "\u2195"],
]);

function isPrivate(code: number): boolean {
  return code >= 0xe000 && code <= 0xf8ff;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
