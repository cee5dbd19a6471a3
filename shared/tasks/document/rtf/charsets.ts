import { decoderOf } from "../../../media/text/codecs/decoders.ts";

/** Code pages by the number of a font's character set. */
const PAGES: Readonly<Record<number, string>> = {
  ...{
    0: "windows-1252",
    77: "macroman",
    128: "shift_jis",
    129: "euc-kr",
    130: "johab",
    134: "gbk",
    136: "big5",
  },
  ...{
    161: "windows-1253",
    162: "windows-1254",
    163: "windows-1258",
    177: "windows-1255",
    178: "windows-1256",
  },
  ...{ 186: "windows-1257", 204: "windows-1251", 222: "windows-874", 238: "windows-1250", 254: "cp437" },
};

/** Code pages whose numbers are those of other names. */
const NAMED: Readonly<Record<number, string>> = {
  ...{
    932: "shift_jis",
    936: "gbk",
    949: "euc-kr",
    950: "big5",
    10000: "macroman",
    65001: "utf-8",
    1361: "johab",
  },
};

export function pageOfCharset(charset: number): string | undefined {
  return PAGES[charset];
}

export function pageOfNumber(number: number): string {
  return NAMED[number] ?? (number >= 1250 && number <= 1258 ? `windows-${number}` : `cp${number}`);
}

/** Text of bytes, each a character of Latin-1. */
export function decodedBytes(bytes: string, page: string): string {
  // Code pages of two bytes leave it undefined, and Word writes it in all of them.
  if (bytes === "\xa0") return bytes;
  const isPlain = /^[\x20-\x7f\t]*$/.test(bytes);
  const decode = isPlain ? undefined : (decoderOf(page) ?? decoderOf("windows-1252"));
  return decode === undefined ? bytes : decode(Buffer.from(bytes, "latin1"));
}
