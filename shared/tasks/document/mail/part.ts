import { FileError } from "../../../errors.ts";
import { headed, type MailFields, parameterised } from "./fields.ts";
import { decodedAs, unquoted } from "./words.ts";

/** Most parts of one mail with all mails inside of it, and deepest nesting of them. */
const MOST_PARTS = 10_000;
const DEEPEST = 30;

/** A part of a mail (RFC 2045), or the mail itself. */
export interface MailPart {
  readonly fields: MailFields;
  /** Media type, in lower case. */
  readonly type: string;
  readonly charset: string;
  readonly isFlowed: boolean;
  readonly isAttachment: boolean;
  /** "" where none is stated. */
  readonly filename: string;
  readonly parts: readonly MailPart[];
  /** Bytes as they were before they were encoded for the mail. */
  content(): Buffer;
}

export interface PartCount {
  parts: number;
}

/** Reads the parts of a mail. @throws FileError `too_large` for one of too many parts */
export function readPart(bytes: Buffer, count: PartCount, depth = 0): MailPart {
  count.parts += 1;
  if (count.parts > MOST_PARTS || depth > DEEPEST) {
    throw new FileError(
      "too_large",
      `The mail has more than ${MOST_PARTS} parts, or parts more than ${DEEPEST} deep. This limit is fixed.`,
    );
  }
  const { fields, body } = headed(bytes);
  const { value, parameters } = parameterised(fields.get("content-type"));
  const disposition = parameterised(fields.get("content-disposition"));
  const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(value) ? value : "text/plain";
  const boundary = type.startsWith("multipart/") ? (parameters.get("boundary") ?? "") : "";
  return {
    fields,
    type,
    charset: parameters.get("charset") ?? "",
    isFlowed: parameters.get("format")?.toLowerCase() === "flowed",
    isAttachment: disposition.value === "attachment",
    filename: disposition.parameters.get("filename") ?? parameters.get("name") ?? "",
    parts: boundary === "" ? [] : bodiesOf(body, boundary).map((part) => readPart(part, count, depth + 1)),
    content: () => decodedBody(body, fields.get("content-transfer-encoding") ?? ""),
  };
}

/** The parts between lines of the boundary; a mail that is cut off has no last one. */
function bodiesOf(body: Buffer, boundary: string): Buffer[] {
  const bodies: Buffer[] = [];
  let start: number | undefined;
  for (const { at, next } of boundariesOf(body, boundary)) {
    if (start !== undefined) bodies.push(body.subarray(start, lineEndBefore(body, at)));
    start = next;
    if (start === undefined || bodies.length > MOST_PARTS) break;
  }
  if (start !== undefined) bodies.push(body.subarray(start));
  return bodies;
}

interface Boundary {
  readonly at: number;
  /** Where the next part starts; undefined behind the last one. */
  readonly next: number | undefined;
}

function* boundariesOf(body: Buffer, boundary: string): Generator<Boundary> {
  const mark = Buffer.from(`--${boundary}`, "latin1");
  for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + mark.length)) {
    const behind = body.toString("latin1", at + mark.length, at + mark.length + 2);
    const isLine = at === 0 || body[at - 1] === 0x0a;
    // A longer boundary may begin as this one does.
    if (!isLine || !/^(?:--|[ \t\r\n]|$)/.test(behind)) continue;
    const line = body.indexOf(0x0a, at);
    yield { at, next: behind === "--" || line === -1 ? undefined : line + 1 };
  }
}

/** The line end before a boundary belongs to it. */
function lineEndBefore(body: Buffer, at: number): number {
  return body[at - 2] === 0x0d ? at - 2 : at - 1;
}

function decodedBody(body: Buffer, coding: string): Buffer {
  const name = coding.trim().toLowerCase();
  if (name === "base64")
    return Buffer.from(body.toString("latin1").replace(/[^A-Za-z0-9+/=]/g, ""), "base64");
  return name === "quoted-printable" ? unquoted(body.toString("latin1")) : body;
}

/** The text of a part; lines that a program broke to send them are joined (RFC 3676). */
export function textOfPart(part: MailPart): string {
  const text = decodedAs(part.content(), part.charset).replace(/\r\n?/g, "\n");
  return part.isFlowed ? text.replace(/(?<!\n-- |^-- ) \n(?!>)/g, " ") : text;
}
