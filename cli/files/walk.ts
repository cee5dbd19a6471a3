import { readdir } from "node:fs/promises";
import { type LocalPath, nameText, pathIn } from "./localPath.ts";

/** A file, or a link, in a folder. */
export interface FoundFile {
  readonly path: LocalPath;
  /** Path from the folder on, with `/` between folders. */
  readonly name: string;
}

export interface Walk {
  readonly files: readonly FoundFile[];
  /** Folders that cannot be read, with the errors. */
  readonly unreadable: readonly { readonly path: LocalPath; readonly error: unknown }[];
}

const DOT = ".".charCodeAt(0);

/** Files in a folder and the folders below, without hidden ones. Links to folders are not followed: they may form a cycle. */
export async function walk(folder: LocalPath, signal?: AbortSignal): Promise<Walk> {
  const files: FoundFile[] = [];
  const unreadable: { path: LocalPath; error: unknown }[] = [];
  const folders = [{ path: folder, prefix: "" }];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    signal?.throwIfAborted();
    const { path: below, prefix } = next;
    const entries = await readdir(below, { withFileTypes: true, encoding: "buffer" }).catch(
      (error: unknown) => {
        unreadable.push({ path: below, error });
        return [];
      },
    );
    for (const entry of entries.filter(({ name }) => name[0] !== DOT)) {
      const found = { path: pathIn(below, entry.name), name: prefix + nameText(entry.name) };
      if (entry.isDirectory()) folders.push({ path: found.path, prefix: `${found.name}/` });
      else if (entry.isFile() || entry.isSymbolicLink()) files.push(found);
    }
  }
  return { files, unreadable };
}
