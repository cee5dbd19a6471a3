import { decoderOf } from "../../../media/text/codecs/decoders.ts";
import { entryOf } from "../own.ts";

/** Names that browsers take for another encoding (WHATWG Encoding, 4.2). */
const MEANT: Readonly<Record<string, string>> = {
  "iso-8859-1": "windows-1252",
  latin1: "windows-1252",
  "us-ascii": "windows-1252",
  ascii: "windows-1252",
  "iso-8859-9": "windows-1254",
  gb2312: "gbk",
  "ks_c_5601-1987": "euc-kr",
};

/**
 * The encoding that a page states; null where its bytes tell better: marks of UTF-16 and UTF-8, and pages that state
 * UTF-8 or an encoding that is not known.
 */
export function statedEncoding(head: string): string | null {
  if (/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/.test(head)) return null;
  const stated =
    /<meta[^>]{1,300}charset\s*=\s*["']?\s*([\w.:-]{2,40})/i.exec(head)?.[1] ??
    /^\s*<\?xml\s[^>]{0,200}encoding=["']([\w.:-]{2,40})["']/.exec(head)?.[1];
  const name = encodingMeant(stated ?? "utf-8");
  return /^(?:utf-?(?:8|16|32)|ucs)/.test(name) || decoderOf(name) === undefined ? null : name;
}

/** The encoding that browsers take a name for. */
export function encodingMeant(name: string): string {
  const lower = name.trim().toLowerCase();
  return entryOf(MEANT, lower) ?? lower;
}
