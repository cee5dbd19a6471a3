/** Bytes at the beginning that are examined. */
const SAMPLE = 4_096;
const ENCODINGS = ["utf-32le", "utf-32be", "utf-16le", "utf-16be"] as const;
/** Unassigned and private characters, surrogates, and controls that no text has. */
const IMPLAUSIBLE = /[\p{Cn}\p{Co}\p{Cs}\ufffd]|(?!\s)\p{Cc}/u;
/** Characters that nearly every text has, and that a text with swapped bytes does not have. */
const BETWEEN_WORDS = /[\n \u3000-\u3002]/u;

/**
 * Detects UTF-16 or UTF-32 without a byte order mark: the only one of these encodings in which the beginning is
 * text. Its spaces and line ends have zero bytes, so a file without zero bytes has another encoding.
 */
export function wideEncoding(
  bytes: Buffer,
  decode: (bytes: Buffer, encoding: string) => string,
): string | undefined {
  const whole = bytes.length - (bytes.length % 2);
  const sample = bytes.subarray(0, Math.min(whole, SAMPLE));
  if (sample.length < 4 || !sample.includes(0)) return undefined;
  return ENCODINGS.find((encoding) => {
    if (encoding.startsWith("utf-32") && bytes.length % 4 !== 0) return false;
    const text = decode(sample, encoding);
    // The sample may end inside a surrogate pair.
    const sure = bytes.length > SAMPLE ? text.slice(0, -1) : text;
    return BETWEEN_WORDS.test(sure) && !IMPLAUSIBLE.test(sure);
  });
}
