import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { UsageError } from "../exit.ts";
import { look, unreadable } from "./look.ts";

/**
 * Files that a command line names one by one, before anything is sent.
 * @throws UsageError for one that is missing, a folder, or not readable
 */
export async function requireFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await look({ path, name: basename(path) });
    if (found.kind === "folder") throw new UsageError(`${path} is a folder; a file is needed.`);
    if (found.kind !== "file") throw new UsageError(`${path}: ${found.problem.error}`);
    await access(path, constants.R_OK).catch((error: unknown) => {
      throw new UsageError(`${path}: ${unreadable(path, error).error}`);
    });
  }
}

/** Where one result goes: the path that was given; in it, under this name, where it is a folder. */
export async function savePath(out: string | undefined, name: string): Promise<string> {
  if (out === undefined) return name;
  const isFolder = /[/\\]$/.test(out) || (await stat(out).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? join(out, name) : out;
}
