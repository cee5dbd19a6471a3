import { createHash } from "node:crypto";

/** Bytes of a file name that every common file system takes. */
export const NAME_BYTES = 255;

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

/** The wish of an input file: its stem under the task's naming. `attempt` as in `nameFor`. */
export function inputName(
  filename: string,
  resultName: ResultName,
): (attempt: number, owner: NameOwner) => string {
  const stem = safeStem(filename);
  return (attempt, owner) => nameFor({ stem, resultName }, attempt, owner);
}

/** The same for a plain file name with its own extension: `mean.csv`, `mean-<job>.csv`. */
export function attachmentName(name: string): (attempt: number, owner: NameOwner) => string {
  const stem = safeStem(name);
  const last = lastSegment(name);
  const raw = last.slice(last.lastIndexOf(".") + 1);
  const extension = last.includes(".") && /^[\p{L}\p{N}]{1,16}$/u.test(raw) ? `.${raw}` : "";
  return (attempt, owner) =>
    nameFor({ stem, resultName: (longer) => `${longer}${extension}` }, attempt, owner);
}

interface Wish {
  readonly stem: string;
  readonly resultName: ResultName;
}

/**
 * The name to try: 0 the plain one, 1 with the job's id, 2 with the index too, then numbered. At most
 * `NAME_BYTES` long; a stem that had to be cut ends in a hash of itself, so that cut names stay apart.
 */
export function nameFor({ stem, resultName }: Wish, attempt: number, owner: NameOwner): string {
  const tail = tailOf(attempt, owner);
  const whole = resultName(`${stem}${tail}`).normalize("NFC");
  const excess = Buffer.byteLength(whole) - NAME_BYTES;
  if (excess <= 0) return whole;
  const mark = `~${createHash("sha256").update(stem).digest("hex").slice(0, 8)}`;
  const room = Buffer.byteLength(stem) - excess - mark.length;
  return resultName(`${cutToBytes(stem, Math.max(room, 0))}${mark}${tail}`).normalize("NFC");
}

function tailOf(attempt: number, { job, index = 0 }: NameOwner): string {
  if (attempt === 0) return "";
  if (attempt === 1) return `-${job}`;
  return attempt === 2 ? `-${job}-${index}` : `-${job}-${index}-${attempt}`;
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
