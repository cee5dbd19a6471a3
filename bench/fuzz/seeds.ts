import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";

/** A whole file that mutated ones are made of. */
export interface SeedFile {
  readonly name: string;
  readonly tasks: readonly [string, ...string[]];
  readonly body: Buffer;
}

const LARGEST = 300_000;

const TASKS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  ...Object.fromEntries(
    [".bmp", ".gif", ".ico", ".jpg", ".jpeg", ".ppm", ".pgm", ".svg", ".tiff", ".tif", ".webp"].map(
      (ending) => [ending, ["image"]],
    ),
  ),
  ".png": ["image", "image", "image", "ocr"],
  ".wav": ["audio"],
  ".flac": ["audio"],
  ".mp3": ["audio"],
  ".pdf": ["document"],
  ".docx": ["document"],
  ".doc": ["document"],
  ".html": ["document"],
  ".txt": ["text", "embedding", "mean", "document"],
  ".utf8": ["text"],
  ".csv": ["mean"],
};

/** Files of these folders, at all depths, that some task takes; in the order of their names. */
export async function readSeeds(folders: readonly string[]): Promise<[SeedFile, ...SeedFile[]]> {
  const seeds: SeedFile[] = [];
  for (const folder of folders) {
    for (const path of (await readdir(folder, { recursive: true })).sort()) {
      const tasks = TASKS[extname(path).toLowerCase()];
      const found = await stat(join(folder, path));
      if (tasks === undefined || !found.isFile() || found.size > LARGEST) continue;
      seeds.push({ name: basename(path), tasks, body: await readFile(join(folder, path)) });
    }
  }
  const [first, ...rest] = seeds;
  if (first === undefined) throw new Error(`there is no file to mutate in ${folders.join(", ")}`);
  return [first, ...rest];
}
