import { decodedAs, decodedField } from "./words.ts";

/** Longest list of fields of one part. */
const LONGEST = 512 * 1024;

/** Fields of a mail or of a part of it, by their names in lower case; the first of each name. */
export type MailFields = ReadonlyMap<string, string>;

export interface Headed {
  readonly fields: MailFields;
  readonly body: Buffer;
}

/** Parts the fields from the body behind the first empty line. */
export function headed(bytes: Buffer): Headed {
  const start =
    /^(?:\xef\xbb\xbf)?(?:From \S+ [^\r\n]*\r?\n)?/.exec(bytes.toString("latin1", 0, 1_000))?.[0].length ?? 0;
  const end = emptyLineOf(bytes, start);
  const lines = bytes
    .toString("latin1", start, Math.min(end.at, start + LONGEST))
    .replace(/\r?\n[ \t]+/g, " ")
    .split(/\r?\n/);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name !== "" && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return { fields, body: bytes.subarray(end.after) };
}

function emptyLineOf(bytes: Buffer, start: number): { readonly at: number; readonly after: number } {
  // A part may have no fields at all.
  const first = bytes.toString("latin1", start, start + 2);
  if (first.startsWith("\n")) return { at: start, after: start + 1 };
  if (first === "\r\n") return { at: start, after: start + 2 };
  const [unix, dos] = [bytes.indexOf("\n\n", start), bytes.indexOf("\r\n\r\n", start)];
  if (dos !== -1 && (unix === -1 || dos < unix)) return { at: dos, after: dos + 4 };
  return unix === -1 ? { at: bytes.length, after: bytes.length } : { at: unix, after: unix + 2 };
}

export interface Parameterised {
  /** In lower case. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /;\s*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"|([^;\s]*))/g;

/** A field with parameters (RFC 2045), those that go on and are encoded (RFC 2231) put together. */
export function parameterised(field: string | undefined): Parameterised {
  const value = (field ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const pieces = new Map<string, { at: number; text: string; isEncoded: boolean }[]>();
  for (const [, key = "", quoted, bare = ""] of (field ?? "").matchAll(PARAMETER)) {
    const [, name = "", number, mark] = /^([^*]*)(?:\*(\d{1,3}))?(\*)?$/.exec(key.toLowerCase()) ?? [];
    const text = quoted?.replace(/\\([\s\S])/g, "$1") ?? bare;
    const list = pieces.get(name) ?? [];
    list.push({ at: Number(number ?? 0), text, isEncoded: mark !== undefined });
    pieces.set(name, list);
  }
  const parameters = [...pieces].map(([name, list]) => [name, joined(list)] as const);
  return { value, parameters: new Map(parameters) };
}

function joined(
  pieces: readonly { readonly at: number; readonly text: string; readonly isEncoded: boolean }[],
): string {
  const sorted = pieces.toSorted((one, other) => one.at - other.at);
  if (!sorted.some(({ isEncoded }) => isEncoded))
    return decodedField(sorted.map(({ text }) => text).join(""));
  const [, charset = "", rest = ""] = /^([^']*)'[^']*'([\s\S]*)$/.exec(sorted[0]?.text ?? "") ?? [];
  const texts = [rest === "" ? (sorted[0]?.text ?? "") : rest, ...sorted.slice(1).map(({ text }) => text)];
  const bytes = texts
    .join("")
    .replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return decodedAs(Buffer.from(bytes, "latin1"), charset);
}
