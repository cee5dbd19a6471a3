import { basename, relative, resolve, sep } from "node:path";
import { type Collected, type CollectOptions, expand, keyOf } from "./collect.ts";
import { look } from "./look.ts";

/**
 * As `collect`, in chunks, so that memory does not grow with the files of folders: the paths that are no folders come
 * first.
 */
export async function* collectInChunks(
  paths: readonly string[],
  options: CollectOptions,
): AsyncGenerator<Collected> {
  const seen = new Set<string>();
  const folders: string[] = [];
  for (const path of new Set(paths)) {
    if ((await look({ path, name: basename(path) })).kind === "folder") folders.push(path);
    else for await (const chunk of expand(path, options)) yield noted(unseen(chunk, seen), seen);
  }
  for (const folder of folders.filter((path, index) => !isWithinOther(path, index, folders)))
    for await (const chunk of expand(folder, options)) yield unseen(chunk, seen);
}

function unseen(chunk: Collected, seen: ReadonlySet<string>): Collected {
  return {
    ...chunk,
    inputs: chunk.inputs.filter((input) => !seen.has(keyOf(input))),
    leftOut: chunk.leftOut.filter((path) => !seen.has(resolve(path))),
  };
}

function noted(chunk: Collected, seen: Set<string>): Collected {
  for (const input of chunk.inputs) seen.add(keyOf(input));
  return chunk;
}

/** Whether the files of a folder come with another of the folders, too. */
function isWithinOther(path: string, index: number, folders: readonly string[]): boolean {
  return folders.some((other, at) => {
    const way = relative(other, path);
    if (way === "") return at < index;
    return way.split(sep).every((segment) => !segment.startsWith("."));
  });
}
