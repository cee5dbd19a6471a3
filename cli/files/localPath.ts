import { isUtf8 } from "node:buffer";
import { readdir } from "node:fs/promises";
import { isAbsolute, join } from "node:path";

/** A path on this machine: bytes where its name is not UTF-8, which text cannot hold. */
export type LocalPath = string | Buffer;

const SLASH = Buffer.from("/");
/** What text has in place of bytes that are not UTF-8. */
const REPLACED = "\ufffd";

/** A path as people read it. */
export function shownPath(path: LocalPath): string {
  return path.toString();
}

/** Path of an entry of a folder. */
export function pathIn(folder: LocalPath, name: Buffer): LocalPath {
  if (typeof folder === "string" && isUtf8(name)) return join(folder, name.toString());
  return Buffer.concat([Buffer.from(folder), SLASH, name]);
}

/** A name as text from which no two names are the same: `lat\\xe9in.txt` -> `lat%E9in.txt`. */
export function nameText(name: Buffer): string {
  if (isUtf8(name)) return name.toString();
  let text = "";
  for (let at = 0; at < name.length; ) {
    const length = [1, 2, 3, 4].find((bytes) => isUtf8(name.subarray(at, at + bytes)));
    text +=
      length === undefined
        ? `%${(name[at] ?? 0).toString(16).toUpperCase().padStart(2, "0")}`
        : name.toString("utf8", at, at + length);
    at += length ?? 1;
  }
  return text;
}

/**
 * Paths that are shown as this text. Arguments of a process are text, so a name that is not UTF-8 comes with U+FFFD in
 * place of its bytes; the folder has the bytes.
 */
export async function pathsShownAs(shown: string): Promise<readonly Buffer[]> {
  if (!shown.includes(REPLACED)) return [];
  let found: readonly Buffer[] = [Buffer.from(isAbsolute(shown) ? "/" : ".")];
  for (const segment of shown.split("/").filter((part) => part !== "")) {
    const next: Buffer[] = [];
    for (const folder of found)
      for (const name of await namesShownAs(segment, folder)) next.push(Buffer.concat([folder, SLASH, name]));
    found = next;
  }
  return found;
}

async function namesShownAs(segment: string, folder: Buffer): Promise<readonly Buffer[]> {
  if (!segment.includes(REPLACED)) return [Buffer.from(segment)];
  const names = await readdir(folder, { encoding: "buffer" }).catch(() => []);
  return names.filter((name) => name.toString() === segment);
}
