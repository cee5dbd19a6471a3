import type { Xml } from "../docx/xml.ts";

const CHECK_BOX = 1;
const DROP_DOWN = 2;
/** Stands for the choice that the form was made with. */
const AS_MADE = 25;
/** Texts of a control behind its first choice: form of the text, help, status, two macros. */
const TEXTS = 5;

/** What a control of a form holds (MS-DOC 2.9.78), as a DOCX states it. */
export function formData(data: Buffer, at: number): Xml | undefined {
  if (at + 6 > data.length) return undefined;
  const bytes = data.subarray(at + data.readUInt16LE(at + 4), at + data.readUInt32LE(at));
  if (bytes.length < 12) return undefined;
  const bits = bytes.readUInt16LE(4);
  const [kind, stored] = [bits & 3, (bits >> 2) & 31];
  const afterName = textEnd(bytes, 10);
  if (afterName + 2 > bytes.length) return undefined;
  const chosen = stored === AS_MADE ? bytes.readUInt16LE(afterName) : stored;
  if (kind === CHECK_BOX)
    return element("w:checkBox", [element("w:checked", [], String(chosen === 0 ? 0 : 1))]);
  if (kind !== DROP_DOWN) return undefined;
  const entries = entriesAt(bytes, afterName + 2).map((entry) => element("w:listEntry", [], entry));
  return element("w:ddList", [element("w:result", [], String(chosen)), ...entries]);
}

function element(name: string, children: readonly Xml[], value?: string): Xml {
  return { name, attributes: value === undefined ? {} : { "w:val": value }, children };
}

/** A text has its length before it and a zero behind it. */
function textEnd(bytes: Buffer, at: number): number {
  return at + 2 > bytes.length ? bytes.length : at + 4 + 2 * bytes.readUInt16LE(at);
}

function entriesAt(bytes: Buffer, from: number): string[] {
  let at = from;
  for (let text = 0; text < TEXTS; text += 1) at = textEnd(bytes, at);
  const entries: string[] = [];
  if (at + 6 > bytes.length) return entries;
  const count = bytes.readUInt16LE(at + 2);
  at += 6;
  while (entries.length < count && at + 2 <= bytes.length) {
    const end = at + 2 + 2 * bytes.readUInt16LE(at);
    entries.push(bytes.toString("utf16le", at + 2, end));
    at = end;
  }
  return entries;
}
