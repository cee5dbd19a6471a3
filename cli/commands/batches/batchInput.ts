import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { relative, resolve } from "node:path";
import { keyOf } from "../../files/collect.ts";
import { type LocalInput, RAW_PREFIX } from "../../files/look.ts";
import type { FileStamp } from "../../journal/fileTable.ts";
import type { BatchFile } from "../../journal/lines.ts";

/**
 * Coarsest times of modification that file systems keep, milliseconds. A file that changes again within this time after
 * it was looked at may keep its time, so its time tells nothing.
 */
const COARSE_MS = 2_000;

/** What the journal keeps of a file: no time of modification where it tells nothing. */
export function stampOf({ bytes = 0, modified = 0, looked = 0 }: LocalInput): FileStamp {
  return { bytes, modified: modified < looked - COARSE_MS ? modified : 0 };
}

export function batchFileOf(input: LocalInput): BatchFile {
  return { path: keyOf(input), name: input.name, ...stampOf(input) };
}

/** The file of a batch that another run of the command has recorded. */
export function inputOf({ path, name, bytes, modified }: BatchFile): LocalInput {
  const stamp = { name, bytes, modified, looked: Number.POSITIVE_INFINITY };
  if (!path.startsWith(RAW_PREFIX)) return { path: shown(path), ...stamp };
  const raw = Buffer.from(path.slice(RAW_PREFIX.length), "hex");
  return { path: raw.toString(), raw, ...stamp };
}

/** Relative where it is below the working folder. */
function shown(path: string): string {
  const way = relative(".", path);
  return way.startsWith("..") || resolve(way) !== path ? path : way;
}

/** SHA-256 of the content of a file. */
export async function digestOfFile({ path, raw }: LocalInput, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(raw ?? path, { signal })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
