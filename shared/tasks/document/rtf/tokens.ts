/** A piece of an RTF file (Rich Text Format 1.9). */
export type RtfToken =
  | { readonly kind: "open" }
  | { readonly kind: "close" }
  | { readonly kind: "word"; readonly word: string; readonly value: number | undefined }
  /** Bytes of text, each a character of Latin-1. */
  | { readonly kind: "text"; readonly text: string };

const TOKEN = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([\s\S])|([{}])|[\r\n]+|[^\\{}\r\n]+|\\/gi;

/** Signs behind a backslash that stand for a character or a word. */
const SYMBOLS: Readonly<Record<string, string>> = {
  "~": "nbsp",
  _: "nbhyphen",
  "-": "opthyphen",
  "*": "star",
  "\n": "par",
  "\r": "par",
};

export function* tokensOf(rtf: string): Generator<RtfToken> {
  TOKEN.lastIndex = 0;
  const pattern = new RegExp(TOKEN);
  for (let match = pattern.exec(rtf); match !== null; match = pattern.exec(rtf)) {
    const token = tokenOf(match);
    if (token?.kind === "word" && token.word === "bin") pattern.lastIndex += Math.max(0, token.value ?? 0);
    else if (token !== undefined) yield token;
  }
}

function tokenOf([whole, word, value, hex, symbol, brace]: RegExpExecArray): RtfToken | undefined {
  if (word !== undefined)
    return { kind: "word", word, value: value === undefined ? undefined : Number(value) };
  if (hex !== undefined) return { kind: "text", text: String.fromCharCode(Number.parseInt(hex, 16)) };
  if (brace !== undefined) return { kind: brace === "{" ? "open" : "close" };
  if (symbol !== undefined) {
    const known = SYMBOLS[symbol];
    return known === undefined
      ? { kind: "text", text: symbol }
      : { kind: "word", word: known, value: undefined };
  }
  return /^[\r\n\\]/.test(whole) ? undefined : { kind: "text", text: whole };
}
