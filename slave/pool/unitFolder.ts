import { lstatSync, opendirSync, realpathSync, renameSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../../shared/errors.ts";
import type { ChildResult } from "./messages.ts";

/** Empties a folder without removing it: a process stands in it. */
export async function emptyFolder(folder: string): Promise<void> {
  if (isEmpty(folder)) return;
  const names = await readdir(folder);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

/** Synchronous as `takeOver` is; one entry is looked at, however many there are. */
function isEmpty(folder: string): boolean {
  const entries = opendirSync(folder, { bufferSize: 1 });
  try {
    return entries.readSync() === null;
  } finally {
    entries.closeSync();
  }
}

/**
 * Moves a result that lies in the unit's folder to `target`. The child may have been taken over by its
 * file, so only a plain file inside the folder is accepted. Synchronous: four calls that touch names only,
 * each of which would cost ten times as much by way of another thread.
 * @throws AppError `bad_result`
 */
export function takeOver(result: ChildResult, folder: string, target: string): ChildResult {
  if (result.body instanceof Uint8Array) return { ...result, bytes: result.body.byteLength };
  const { path } = result.body;
  const inside = `${realpathSync.native(dirname(path))}/`.startsWith(`${realpathSync.native(folder)}/`);
  const found = lstatSync(path);
  if (!inside || !found.isFile() || found.nlink !== 1)
    throw new AppError("bad_result", "The result does not lie in the unit's folder.");
  renameSync(path, target);
  return { ...result, bytes: found.size, body: { path: target } };
}
