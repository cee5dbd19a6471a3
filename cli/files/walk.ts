import { opendir } from "node:fs/promises";
import { type LocalPath, nameText, pathIn } from "./localPath.ts";

/** A file, or a link, in a folder. */
export interface FoundFile {
  readonly path: LocalPath;
  /** Path from the folder on, with `/` between folders. */
  readonly name: string;
}

/** Some of the files of one folder. */
export interface WalkChunk {
  readonly folder: LocalPath;
  readonly files: readonly FoundFile[];
  /** Why the folder cannot be read. */
  readonly error?: unknown;
}

export interface WalkOptions {
  /** Whether a folder is left out with all that is in it. */
  readonly isLeftOut?: ((folder: LocalPath) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Below {
  readonly path: LocalPath;
  /** Path from the walked folder on, with a slash at its end. */
  readonly prefix: string;
}

const DOT = ".".charCodeAt(0);
/** Most files of a chunk: a folder may have a million. */
const CHUNK = 1_000;

/**
 * Files in a folder and the folders below, without hidden ones, in chunks, so that memory does not grow with them. Links
 * to folders are not followed: they may form a cycle.
 */
export async function* walk(folder: LocalPath, options: WalkOptions = {}): AsyncGenerator<WalkChunk> {
  const folders: Below[] = [{ path: folder, prefix: "" }];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    options.signal?.throwIfAborted();
    if (options.isLeftOut?.(next.path) !== true) yield* chunksOfFolder(next, folders);
  }
}

async function* chunksOfFolder(below: Below, folders: Below[]): AsyncGenerator<WalkChunk> {
  const folder = below.path;
  let files: FoundFile[] = [];
  const entries = entriesOf(folder);
  try {
    for (let next = await entries.next(); next.done !== true; next = await entries.next()) {
      const { name, kind } = next.value;
      const found = { path: pathIn(folder, name), name: below.prefix + nameText(name) };
      if (kind === "folder") folders.push({ path: found.path, prefix: `${found.name}/` });
      else files.push(found);
      if (files.length < CHUNK) continue;
      yield { folder, files };
      files = [];
    }
    yield { folder, files };
  } catch (error) {
    yield { folder, files, error };
  } finally {
    await entries.return(undefined);
  }
}

interface Entry {
  readonly name: Buffer;
  readonly kind: "file" | "folder";
}

/** The files, links and folders in a folder, without hidden ones. */
async function* entriesOf(folder: LocalPath): AsyncGenerator<Entry> {
  // Latin-1 keeps each byte of a name that is not UTF-8.
  const dir = await opendir(folder, { encoding: "latin1", bufferSize: CHUNK });
  for await (const entry of dir) {
    const name = Buffer.from(entry.name, "latin1");
    if (name[0] === DOT) continue;
    if (entry.isDirectory()) yield { name, kind: "folder" };
    else if (entry.isFile() || entry.isSymbolicLink()) yield { name, kind: "file" };
  }
}
