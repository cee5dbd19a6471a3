import { createHash } from "node:crypto";

/** Bytes of a file name that every common file system takes. */
export const NAME_BYTES = 255;
/** Bytes that a plain name leaves for its number: `-9999999`. */
const NUMBER_BYTES = 8;
/** Bytes of a relative path that are kept; folders above are left out. */
const PATH_BYTES = 1_024;

/** Numbers that are tried one by one, before the steps grow: a folder may have many names of other masters. */
const SINGLE_STEPS = 4;

/** What a stem becomes in a task: `notes` -> `notes_analysis.json`. Keeps the stem whole. */
export type ResultName = (stem: string) => string;

/** Job and index of the file that a name is for; no index for a result of the whole job. */
export interface NameOwner {
  readonly job: string;
  readonly index?: number;
}

/**
 * Two names with one key cannot stand in one folder on every file system: NFC and case are folded.
 * Upper case first, as it also joins what has several small forms (`ß` and `ss`, both sigmas).
 */
export function nameKey(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/**
 * A stem that is safe in a file name, for any name that a client gives: the last segment of the path
 * (of either slash), without its extension, in NFC; never empty, hidden, a device's name on Windows, and
 * without characters that some system refuses. Any script is kept.
 */
export function safeStem(filename: string): string {
  const last = lastSegment(filename);
  const dot = last.lastIndexOf(".");
  // A name that only begins with dots has no extension.
  const hasExtension = dot > 0 && /[^.]/.test(last.slice(0, dot));
  return safeSegment(hasExtension ? last.slice(0, dot) : last);
}

/**
 * Plain name of an input's result: its stem under the task's naming, with room for a number. A stem that had to be cut
 * ends in a hash of itself, so that cut names stay apart.
 */
export function plainName(filename: string, resultName: ResultName): string {
  const stem = safeStem(filename);
  const whole = resultName(stem).normalize("NFC");
  const excess = Buffer.byteLength(whole) - NAME_BYTES + NUMBER_BYTES;
  if (excess <= 0) return whole;
  const mark = `~${createHash("sha256").update(stem).digest("hex").slice(0, 8)}`;
  const room = Buffer.byteLength(stem) - excess - mark.length;
  return resultName(`${cutToBytes(stem, Math.max(room, 0))}${mark}`).normalize("NFC");
}

/** The same for a plain file name with its own extension: `mean.csv`. */
export function attachmentName(name: string): string {
  const last = lastSegment(name);
  const raw = last.slice(last.lastIndexOf(".") + 1);
  const extension = last.includes(".") && /^[\p{L}\p{N}]{1,16}$/u.test(raw) ? `.${raw}` : "";
  return plainName(name, (stem) => `${stem}${extension}`);
}

/** `notes_analysis.json`, 2 -> `notes_analysis-2.json`. */
export function numberedName(plain: string, number: number): string {
  const at = extensionStart(plain);
  return `${plain.slice(0, at)}-${number}${plain.slice(at)}`;
}

/** Distance to the next number that is tried for a name, after a number of tries. */
export function numberStep(tried: number): number {
  return tried < SINGLE_STEPS ? 1 : 2 ** Math.min(tried - SINGLE_STEPS, 20);
}

/** The plain name that was numbered: `notes_analysis-2.json`, 2 -> `notes_analysis.json`. */
export function unnumberedName(numbered: string, number: number): string {
  const at = extensionStart(numbered);
  return numbered.slice(0, at - `-${number}`.length) + numbered.slice(at);
}

/**
 * Path of an input within its upload, made safe to show and to make folders of: segments are joined by `/`, and none
 * is empty, hidden, `.`, `..`, a drive, a device or has characters that some system refuses. Undefined when that is the
 * name as it was sent, without folders.
 */
export function safePath(sent: string): string | undefined {
  const segments = sent
    .split(/[/\\]/)
    .filter((segment) => !/^(?:\.{0,2}|[a-z]:)$/i.test(segment))
    .map((segment) => cutToBytes(safeSegment(segment), NAME_BYTES));
  while (segments.length > 1 && Buffer.byteLength(segments.join("/")) > PATH_BYTES) segments.shift();
  const path = segments.join("/") || safeSegment("");
  return path === sent && segments.length === 1 ? undefined : path;
}

/** The name of a file without the folders that it was sent with. */
export function nameWithoutFolders(sent: string): string {
  return lastSegment(sent) || sent;
}

function extensionStart(name: string): number {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? dot : name.length;
}

function lastSegment(path: string): string {
  return path.split(/[/\\]/).findLast((segment) => segment !== "") ?? "";
}

// Line separators, characters that turn the direction of writing and lone surrogates only deceive in a name.
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069<>:"|?*/\\]/gu;
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])$/i;

function safeSegment(raw: string): string {
  const clean = raw
    .normalize("NFC")
    .replace(UNSAFE, "_")
    .replace(/^[.\s]+/, (dots) => "_".repeat(dots.length));
  if (clean === "") return "file";
  // Windows looks at the part before the first dot only.
  return DEVICE.test((clean.split(".")[0] ?? "").trimEnd()) ? `_${clean}` : clean;
}

/** The longest beginning of at most `limit` bytes of UTF-8 that ends between two characters. */
function cutToBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
