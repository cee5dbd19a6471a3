import { isAscii, isUtf8 } from "node:buffer";
import { FileError } from "../../errors.ts";
import type { StepWarning } from "../../warnings.ts";
import { refuseBinary } from "./binary.ts";
import { decoderOf } from "./codecs/decoders.ts";
import { isEbcdic } from "./codecs/ebcdic.ts";
import { chooseEbcdic, chooseLegacy } from "./legacy/choose.ts";
import { confidenceOf } from "./legacy/confidence.ts";
import { shiftedEncoding } from "./shifted.ts";
import { scanUtf8 } from "./utf8.ts";
import { wideEncoding } from "./wide.ts";

export interface DecodedText {
  /** Text without byte order mark. */
  readonly text: string;
  /** Name of the encoding as registered with IANA, lower case: `utf-8`, `windows-1251`. */
  readonly encoding: string;
  /** Confidence in the encoding, 0..1; 1 if it is certain (byte order mark, valid UTF-8) or given. */
  readonly confidence: number;
  /** Whether the file begins with a byte order mark. */
  readonly bom: boolean;
}

/** Confidence below which an encoding is a guess: more such texts are wrong than right. */
const UNCERTAIN = 0.5;

/** Confidences of encodings that are told by their form. */
const CONFIDENCE = { shifted: 0.99, wide: 0.99, ebcdic: 0.9 } as const;

/** Whether the encoding is a guess, so that the text may be wrong from beginning to end. */
export function isUncertain({ confidence }: Pick<DecodedText, "confidence">): boolean {
  return confidence < UNCERTAIN;
}

export const UNCERTAIN_ENCODING: StepWarning = {
  code: "uncertain_encoding",
  message: "The encoding of the file is uncertain, so its text may be wrong: name it in the option encoding.",
};

/** Encodings whose texts have zero bytes, and others in which control characters and letters are others than in ASCII. */
const NOT_ASCII = /utf-?(?:16|32)|ucs-?[24]|iso-?2022|(?:ibm|cp)(?:0?37|1047|500|2[78]\d|297|871)$/i;

const MARKS: readonly (readonly [encoding: string, ...mark: number[]])[] = [
  ["utf-8", 0xef, 0xbb, 0xbf],
  ["utf-32le", 0xff, 0xfe, 0x00, 0x00],
  ["utf-32be", 0x00, 0x00, 0xfe, 0xff],
  ["utf-16le", 0xff, 0xfe],
  ["utf-16be", 0xfe, 0xff],
];

/**
 * Decodes a file of unknown encoding: by its byte order mark or its escape sequences, as UTF-8 if it is that but
 * for a few bytes, else in the encoding in which the whole file looks most like a language. Invalid bytes become U+FFFD.
 * @throws FileError `wrong_type` if the file is not text; `unsupported_encoding` for a given one that is not known
 */
export function decodeText(bytes: Buffer, given: string | null = null): DecodedText {
  const mark = markOf(bytes);
  if (given !== null) return decodeAs(bytes, given);
  if (mark?.[0] === "utf-8") refuseBinary(bytes.subarray(3));
  const found = mark === undefined ? encodingOf(bytes) : { encoding: mark[0], confidence: 1 };
  return { text: toText(bytes, found.encoding), ...found, bom: mark !== undefined };
}

function markOf(bytes: Buffer): (typeof MARKS)[number] | undefined {
  return MARKS.find(([, ...codes]) => codes.every((code, at) => bytes[at] === code));
}

function decodeAs(bytes: Buffer, given: string): DecodedText {
  if (decoderOf(given) === undefined) {
    const hint = "Use a name such as utf-8, windows-1252 or shift_jis, or leave it out to have it detected.";
    throw new FileError("unsupported_encoding", `The encoding "${given}" is not known. ${hint}`);
  }
  if (!NOT_ASCII.test(given)) refuseBinary(bytes);
  return { text: toText(bytes, given), encoding: given.toLowerCase(), confidence: 1, bom: false };
}

type Found = Pick<DecodedText, "encoding" | "confidence">;

function encodingOf(bytes: Buffer): Found {
  const ascii = isAscii(bytes);
  const shifted = ascii ? shiftedEncoding(bytes) : undefined;
  if (shifted !== undefined) return { encoding: shifted, confidence: CONFIDENCE.shifted };
  const utf8 = !ascii && isUtf8(bytes);
  const wide = utf8 ? undefined : wideEncoding(bytes, toText);
  if (wide !== undefined) return { encoding: wide, confidence: CONFIDENCE.wide };
  refuseBinary(bytes);
  if (ascii || utf8) return { encoding: ascii ? "us-ascii" : "utf-8", confidence: 1 };
  return damagedUtf8(bytes) ?? legacy(bytes);
}

/** UTF-16 or UTF-32, by its mark or its beginning; undefined for other texts. */
export function wideTextEncoding(beginning: Buffer): string | undefined {
  const mark = markOf(beginning)?.[0];
  if (mark !== undefined) return mark === "utf-8" ? undefined : mark;
  return wideEncoding(beginning, toText);
}

/** UTF-8 in which more characters are valid than not; other encodings have such characters by chance only. */
function damagedUtf8(bytes: Buffer): Found | undefined {
  const { valid, invalid } = scanUtf8(bytes);
  if (valid <= invalid) return undefined;
  return { encoding: "utf-8", confidence: hundredths(Math.min(CONFIDENCE.wide, valid / (valid + invalid))) };
}

function legacy(bytes: Buffer): Found {
  if (isEbcdic(bytes)) return { encoding: chooseEbcdic(bytes), confidence: CONFIDENCE.ebcdic };
  const choice = chooseLegacy(bytes);
  return { encoding: choice.encoding, confidence: hundredths(confidenceOf(choice)) };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function toText(bytes: Buffer, encoding: string): string {
  return decoderOf(encoding)?.(bytes) ?? bytes.toString("latin1");
}
