import { isAscii, isUtf8 } from "node:buffer";
import iconv from "iconv-lite";
import { detectAll } from "jschardet";
import { FileError } from "../../errors.ts";
import type { StepWarning } from "../../warnings.ts";
import { refuseBinary } from "./binary.ts";
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

/** Confidence of the detector below which an encoding is a guess; real texts have 0.3 and more. */
const UNCERTAIN = 0.2;

/** Confidence from which a file in an encoding that cannot be read (EBCDIC) is refused. */
const LIKELY = 0.5;

/** Whether the encoding is a guess, so that the text may be wrong from beginning to end. */
export function isUncertain({ confidence }: Pick<DecodedText, "confidence">): boolean {
  return confidence < UNCERTAIN;
}

export const UNCERTAIN_ENCODING: StepWarning = {
  code: "uncertain_encoding",
  message: "The encoding of the file is uncertain, so its text may be wrong: name it in the option encoding.",
};

/** Bytes from which the detector finds the encoding of a file without byte order mark. */
const SAMPLE = 200_000;

/** Encodings whose texts have zero bytes. */
const WIDE = /utf-?(?:16|32)|ucs-?[24]/i;

const MARKS: readonly (readonly [encoding: string, ...mark: number[]])[] = [
  ["utf-8", 0xef, 0xbb, 0xbf],
  ["utf-32le", 0xff, 0xfe, 0x00, 0x00],
  ["utf-32be", 0x00, 0x00, 0xfe, 0xff],
  ["utf-16le", 0xff, 0xfe],
  ["utf-16be", 0xfe, 0xff],
];

/**
 * Decodes a file of unknown encoding: by its byte order mark, else as UTF-8 if it is valid UTF-8, else by the
 * statistics of jschardet. Invalid bytes become U+FFFD.
 * @throws FileError `wrong_type` if the file is not text; `unsupported_encoding` for one that cannot be read
 */
export function decodeText(bytes: Buffer, given: string | null = null): DecodedText {
  const mark = MARKS.find(([, ...codes]) => codes.every((code, at) => bytes[at] === code));
  if (given !== null) return decodeAs(bytes, given);
  if (mark?.[0] === "utf-8") refuseBinary(bytes.subarray(3));
  if (mark !== undefined) return decoded(bytes, mark[0], { confidence: 1, bom: true });
  const wide = wideEncoding(bytes, toText);
  if (wide !== undefined) return decoded(bytes, wide, { confidence: 0.9, bom: false });
  refuseBinary(bytes);
  if (isAscii(bytes) && !isShifted(bytes)) return decoded(bytes, "us-ascii", { confidence: 1, bom: false });
  if (!isAscii(bytes) && isUtf8(bytes)) return decoded(bytes, "utf-8", { confidence: 1, bom: false });
  return decodeByStatistics(bytes);
}

function decodeAs(bytes: Buffer, given: string): DecodedText {
  if (!isKnown(given)) {
    const hint = "Use a name such as utf-8, windows-1252 or shift_jis, or leave it out to have it detected.";
    throw new FileError("unsupported_encoding", `The encoding "${given}" is not known. ${hint}`);
  }
  if (!WIDE.test(given)) refuseBinary(bytes);
  const text = toText(bytes, given);
  return { text, encoding: given.toLowerCase(), confidence: 1, bom: false };
}

function decoded(
  bytes: Buffer,
  encoding: string,
  { confidence, bom }: Pick<DecodedText, "confidence" | "bom">,
): DecodedText {
  return { text: toText(bytes, encoding), encoding, confidence, bom };
}

/** ISO-2022 and HZ consist of ASCII bytes with escapes. */
function isShifted(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, SAMPLE);
  return sample.includes("\u001b$") || sample.includes("\u001b(") || sample.includes("~{");
}

function decodeByStatistics(bytes: Buffer): DecodedText {
  const all = detectAll(bytes.subarray(0, SAMPLE));
  const found = all.find(({ encoding }) => encoding !== null && isKnown(encoding));
  const [best] = all;
  if (best !== undefined && best !== found && best.confidence >= LIKELY) throw unreadable(best.encoding);
  const encoding = found?.encoding ?? "windows-1252";
  const confidence = Math.round((found?.confidence ?? 0) * 100) / 100;
  return decoded(bytes, registered(encoding), { confidence, bom: false });
}

function unreadable(encoding: string | null): FileError {
  const what = `The file is most likely in the encoding ${encoding}, which cannot be read.`;
  return new FileError(
    "unsupported_encoding",
    `${what} Convert it to UTF-8, or name its encoding in the option encoding.`,
  );
}

/** The IANA name of an encoding of the detector. */
function registered(encoding: string): string {
  const name = encoding.toLowerCase();
  const known: Readonly<Record<string, string>> = {
    ascii: "us-ascii",
    "utf-16-be": "utf-16be",
    "utf-16-le": "utf-16le",
    "utf-32-be": "utf-32be",
    "utf-32-le": "utf-32le",
    macroman: "macintosh",
    "mac-roman": "macintosh",
    cp932: "shift_jis",
    cp949: "euc-kr",
    big5hkscs: "big5-hkscs",
  };
  return known[name] ?? name.replace(/^iso8859-/, "iso-8859-").replace(/^cp125(\d)$/, "windows-125$1");
}

/** iconv-lite has no ISO-2022; the ICU of Node has. */
function isKnown(encoding: string): boolean {
  return iconv.encodingExists(encoding) || icu(encoding) !== undefined;
}

function toText(bytes: Buffer, encoding: string): string {
  if (encoding === "us-ascii") return bytes.toString("latin1");
  if (iconv.encodingExists(encoding)) return iconv.decode(bytes, encoding);
  return icu(encoding)?.decode(bytes) ?? bytes.toString("latin1");
}

function icu(encoding: string): { decode(bytes: Buffer): string } | undefined {
  try {
    return new TextDecoder(encoding);
  } catch {
    return undefined;
  }
}
