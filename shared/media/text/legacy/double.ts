import * as iconv from "../codecs/iconv.ts";
import { decodeJohab } from "../codecs/johab.ts";
import { type EastAsian, wideCost } from "../letters/ideographs.ts";
import type { BytePairs } from "./pairs.ts";

/** How well a text in an encoding with several bytes a character looks like a language. */
export interface WideReading {
  readonly name: string;
  readonly language: EastAsian;
  /** In half nats, as of a `Reading`. */
  readonly cost: number;
}

interface DoubleByte {
  readonly name: string;
  readonly rarity: number;
  readonly languages: readonly EastAsian[];
  readonly decode: (bytes: Buffer) => string;
}

const ENCODINGS: readonly DoubleByte[] = [
  encoding("gb18030", 0, ["zh", "zh-hant"]),
  encoding("shift_jis", 0, ["ja"]),
  encoding("euc-jp", 1, ["ja"]),
  encoding("euc-kr", 0, ["ko"]),
  encoding("big5", 0, ["zh-hant"]),
  { ...encoding("euc-kr", 8, ["ko"]), name: "johab", decode: decodeJohab },
];

function encoding(name: string, rarity: number, languages: readonly EastAsian[]): DoubleByte {
  return { name, rarity, languages, decode: (bytes) => iconv.decode(bytes, name) };
}

/** Cost of a change between ASCII letters and others without a space. */
const CHANGE = 12;
const RAREST = 9;
/** Bytes of the words that are examined. */
const SAMPLE = 16_384;
const LONGEST = 2_048;

/** The reading of each encoding, best first. */
export function wideReadings(bytes: Buffer, { highBytes, plainLetters }: BytePairs): WideReading[] {
  const change = CHANGE + Math.min(RAREST, 2 * Math.log(1 + plainLetters / highBytes));
  const sample = sampleOf(bytes, highBytes);
  const scale = highBytes / Math.max(1, countHigh(sample));
  return ENCODINGS.flatMap(({ name, rarity, languages, decode }) => {
    const text = decode(sample);
    return languages.map((language) => ({
      name,
      language,
      cost: rarity + scale * wideCost(text, language, change),
    }));
  }).sort((a, b) => a.cost - b.cost);
}

/** Words with bytes above 127 from all parts of a file. No encoding here has a space or a line end inside a character. */
function sampleOf(bytes: Buffer, highBytes: number): Buffer {
  if (bytes.length <= SAMPLE) return bytes;
  const parts: Buffer[] = [];
  let size = 0;
  // Every part of the file gets its share of the sample.
  const step = Math.max(
    1,
    Math.floor((bytes.length * Math.min(1, (4 * highBytes) / bytes.length)) / (SAMPLE / 64)),
  );
  for (let at = 0; at < bytes.length && size < SAMPLE; ) {
    const word = nextWord(bytes, at);
    if (word === undefined) break;
    parts.push(bytes.subarray(word.from, word.to), Buffer.from("\n"));
    size += word.to - word.from + 1;
    at = word.to + step;
    if (at < bytes.length) at = afterSpace(bytes, at);
  }
  return Buffer.concat(parts);
}

/** The next run between spaces and line ends that has a byte above 127. */
function nextWord(bytes: Buffer, from: number): { readonly from: number; readonly to: number } | undefined {
  let start = from;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte <= 0x20) start = at + 1;
    if (byte > 127)
      return { from: Math.max(start, at - LONGEST), to: Math.min(wordEnd(bytes, at), at + LONGEST) };
  }
  return undefined;
}

function wordEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] ?? 0) > 0x20) at += 1;
  return at;
}

/** A text without spaces is continued where it is. */
function afterSpace(bytes: Buffer, from: number): number {
  const end = Math.min(bytes.length, from + LONGEST);
  for (let at = from; at < end; at += 1) if ((bytes[at] ?? 0) <= 0x20) return at + 1;
  return from;
}

function countHigh(bytes: Buffer): number {
  let high = 0;
  for (const byte of bytes) if (byte > 127) high += 1;
  return high;
}
