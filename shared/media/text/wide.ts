import { type EastAsian, wholeCost } from "./letters/ideographs.ts";

/** Bytes at the beginning that are examined. */
const SAMPLE = 4_096;
const ENCODINGS = ["utf-32le", "utf-32be", "utf-16le", "utf-16be"] as const;
/** Unassigned and private characters, surrogates, and controls that no text has. */
const IMPLAUSIBLE = /[\p{Cn}\p{Co}\p{Cs}\ufffd]|(?!\s)\p{Cc}/gu;
/** Characters that nearly every text has, and that a text with swapped bytes does not have. */
const BETWEEN_WORDS = /[\n \u3000-\u3002]/u;
/** Most implausible characters: one in so many may be damaged. */
const DAMAGED = 200;
/** Mean cost of a character, below which a text is Chinese, Japanese or Korean; pairs of other bytes cost 25 and more. */
const EAST_ASIAN = 18;
const FEWEST = 4;

type Decode = (bytes: Buffer, encoding: string) => string;

/**
 * Detects UTF-16 or UTF-32 without a byte order mark: the only one of these encodings in which the beginning is
 * text. Spaces and line ends have zero bytes; a text without them has the common characters of an East Asian language.
 */
export function wideEncoding(bytes: Buffer, decode: Decode): string | undefined {
  const whole = bytes.length - (bytes.length % 2);
  const sample = bytes.subarray(0, Math.min(whole, SAMPLE));
  if (sample.length < 4) return undefined;
  const spaced = sample.includes(0)
    ? ENCODINGS.find((encoding) => isText(bytes, sample, { encoding, decode }))
    : undefined;
  return spaced ?? eastAsian(bytes, sample, decode);
}

function isText(
  bytes: Buffer,
  sample: Buffer,
  { encoding, decode }: { readonly encoding: string; readonly decode: Decode },
): boolean {
  if (encoding.startsWith("utf-32") && bytes.length % 4 !== 0) return false;
  const text = decode(sample, encoding);
  // The sample may end inside a surrogate pair.
  const sure = bytes.length > SAMPLE ? text.slice(0, -1) : text;
  const wrong = sure.match(IMPLAUSIBLE)?.length ?? 0;
  return BETWEEN_WORDS.test(sure) && wrong <= sure.length / DAMAGED;
}

/** ASCII in pairs looks like Chinese characters, so a text needs bytes above 127. */
function eastAsian(bytes: Buffer, sample: Buffer, decode: Decode): string | undefined {
  if (bytes.length % 2 !== 0 || sample.length < 2 * FEWEST || !sample.some((byte) => byte > 127))
    return undefined;
  const languages: readonly EastAsian[] = ["zh", "zh-hant", "ja", "ko"];
  return (["utf-16le", "utf-16be"] as const).find((encoding) => {
    const text = decode(sample, encoding);
    return languages.some((language) => wholeCost(text, language) < text.length * EAST_ASIAN);
  });
}
