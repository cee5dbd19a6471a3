import { createHash } from "node:crypto";
import { constants, createReadStream, type Stats } from "node:fs";
import { lstat, open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { isErrno } from "../../shared/errors.ts";
import type { ByteStore } from "../store/port.ts";

/**
 * What a path of the results folder has, seen from one result: the result, whole; the result as a power loss before the
 * start of this master left it, cut off or with zeros for some bytes; something else; nothing.
 */
export type Standing = "whole" | "damaged" | "other" | "nothing";

/** Times of files may be this much behind the clock. */
const CLOCK_STEP_MS = 50;

interface StoredBytes {
  readonly key: string;
  readonly bytes: number;
  readonly sha256?: string | undefined;
}

export interface StandingDeps {
  readonly store: ByteStore;
  /** Start of this master, ms since 1970. */
  readonly startedAt: number;
}

/** Tells a result from the file of another owner by inode, digest or contents. A link is never a result. */
export async function standingAt(
  path: string,
  { store, startedAt }: StandingDeps,
  result: StoredBytes,
): Promise<Standing> {
  const found = await lstat(path).catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  });
  if (found === undefined) return "nothing";
  if (!found.isFile() || found.size > result.bytes) return "other";
  if (await isLinkOf(found, store.localFiles?.pathOf(result.key))) return "whole";
  const { sha256 } = result;
  if (found.size === result.bytes && sha256 !== undefined && (await digestOf(path)) === sha256)
    return "whole";
  const standing = await compared(path, store, result.key);
  // Another owner may be writing a newer file.
  const isNew = found.mtimeMs > startedAt - CLOCK_STEP_MS;
  return standing === "damaged" && isNew ? "other" : standing;
}

async function isLinkOf(found: Stats, object: string | undefined): Promise<boolean> {
  const other = object === undefined ? undefined : await stat(object).catch(() => undefined);
  return other?.ino === found.ino && other.dev === found.dev;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

async function compared(path: string, store: ByteStore, key: string): Promise<Standing> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    let standing: Standing = "whole";
    let position = 0;
    for await (const wanted of (await store.get(key)) as AsyncIterable<Buffer>) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted.length), { position });
      const there = buffer.subarray(0, bytesRead);
      position += wanted.length;
      if (wanted.equals(there)) continue;
      if (!isDamaged(there, wanted)) return "other";
      standing = "damaged";
    }
    return standing;
  } finally {
    await file.close();
  }
}

function isDamaged(there: Buffer, wanted: Buffer): boolean {
  return there.every((byte, index) => byte === 0 || byte === wanted[index]);
}
