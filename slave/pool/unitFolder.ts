import { lstatSync, mkdirSync, opendirSync, realpathSync, renameSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { ChildResult } from "./messages.ts";

/** Makes a child's folder. When that fails, the child fails to start, and its slot starts another one later. */
export function makeFolder({ folder, log }: { readonly folder: string; readonly log: Logger }): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    log.warn({ err: error, folder }, "the folder of a child cannot be made: the child will not start");
  }
}

/** Empties a folder without removing it: it is the working directory of a process. */
export async function emptyFolder(folder: string): Promise<void> {
  if (isEmpty(folder)) return;
  const names = await readdir(folder);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

/** Synchronous as `takeOver` is. Reads one entry at most. */
function isEmpty(folder: string): boolean {
  const entries = opendirSync(folder, { bufferSize: 1 });
  try {
    return entries.readSync() === null;
  } finally {
    entries.closeSync();
  }
}

/**
 * Moves a result in the unit's folder to `target`. A hostile file may control the child, so only a plain file inside
 * the folder is accepted. Synchronous: four calls that touch names only, each of which would cost ten times as much on
 * a thread of its own.
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
