import { isUtf8 } from "node:buffer";
import { decodeCesu8 } from "../utf8.ts";
import { decodeEbcdic, EBCDIC } from "./ebcdic.ts";
import * as iconv from "./iconv.ts";
import { decodeHz, decodeIso2022 } from "./iso2022.ts";
import { decodeJohab } from "./johab.ts";

type Decoder = (bytes: Buffer) => string;

/** Encodings that iconv-lite does not have, by the names that clients use. */
const OWN: Readonly<Record<string, Decoder>> = {
  "us-ascii": (bytes) => bytes.toString("latin1"),
  // V8 keeps it in one byte a character, which the steps behind it read faster.
  "windows-1252": (bytes) =>
    hasOwnSigns(bytes) ? iconv.decode(bytes, "windows-1252") : bytes.toString("latin1"),
  "utf-8": (bytes) => (isUtf8(bytes) ? iconv.decode(bytes, "utf-8") : decodeCesu8(bytes)),
  "cesu-8": decodeCesu8,
  "iso-2022-jp": decodeIso2022,
  "iso-2022-jp-1": decodeIso2022,
  "iso-2022-jp-2": decodeIso2022,
  "iso-2022-kr": decodeIso2022,
  "iso-2022-cn": decodeIso2022,
  "hz-gb-2312": decodeHz,
  hz: decodeHz,
  johab: decodeJohab,
  cp1361: decodeJohab,
  ...Object.fromEntries(
    EBCDIC.flatMap((name) => {
      const decode = (bytes: Buffer) => decodeEbcdic(bytes, name);
      return [name, name.replace("ibm", "cp")].map((alias): [string, Decoder] => [alias, decode]);
    }),
  ),
};

/** Names of IANA, and those of iconv-lite where they differ. */
const ALIASES: Readonly<Record<string, string>> = {
  "x-mac-cyrillic": "maccyrillic",
  "x-mac-ce": "maccenteuro",
  "x-mac-greek": "macgreek",
  "x-mac-turkish": "macturkish",
  "x-mac-icelandic": "maciceland",
  "x-mac-croatian": "maccroatian",
  "x-mac-romanian": "macromania",
  "kz-1048": "rk1048",
  "armscii-8": "armscii8",
  "georgian-academy": "georgianacademy",
  "georgian-ps": "georgianps",
};

/** The decoder of an encoding; undefined for a name that is not known. Invalid bytes become U+FFFD. */
export function decoderOf(encoding: string): Decoder | undefined {
  const name = encoding.toLowerCase();
  const own = OWN[name];
  if (own !== undefined) return own;
  const known = ALIASES[name] ?? encoding;
  if (iconv.encodingExists(known)) return (bytes) => iconv.decode(bytes, known);
  return icu(encoding);
}

/** Whether a text in Windows-1252 has characters that Latin-1 does not have. */
function hasOwnSigns(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += 1) if (((bytes[at] ?? 0) & 0xe0) === 0x80) return true;
  return false;
}

function icu(encoding: string): Decoder | undefined {
  try {
    const decoder = new TextDecoder(encoding);
    return (bytes) => decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
