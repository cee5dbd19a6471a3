import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { TASKS } from "../../shared/tasks/registry.ts";

/** A valid file that is mutated. */
export interface SeedFile {
  readonly name: string;
  readonly tasks: readonly [string, ...string[]];
  readonly body: Buffer;
}

const LARGEST = 300_000;

/** Extensions that no task lists, or whose files go mostly to one task. */
const CHOSEN: Readonly<Record<string, readonly [string, ...string[]]>> = {
  ...Object.fromEntries([".ico", ".ppm", ".pgm"].map((extension) => [extension, ["image"]])),
  ".png": ["image", "image", "image", "ocr"],
  ".mp3": ["audio"],
  ".html": ["document"],
  ".utf8": ["text"],
};

/** The tasks that a file of this name is sent to, in turn: those chosen above, else those of the registry. */
function tasksOf(name: string): readonly string[] {
  const extension = extname(name).toLowerCase();
  const listing = TASKS.filter(({ extensions }) => extensions.includes(extension));
  return CHOSEN[extension] ?? listing.map((task) => task.name);
}

/** Files of these folders, at all depths, that some task takes; in the order of their names. */
export async function readSeeds(folders: readonly string[]): Promise<[SeedFile, ...SeedFile[]]> {
  const seeds: SeedFile[] = [];
  for (const folder of folders) {
    for (const path of (await readdir(folder, { recursive: true })).sort()) {
      const [task, ...others] = tasksOf(path);
      const found = await stat(join(folder, path));
      if (task === undefined || !found.isFile() || found.size > LARGEST) continue;
      seeds.push({
        name: basename(path),
        tasks: [task, ...others],
        body: await readFile(join(folder, path)),
      });
    }
  }
  const [first, ...rest] = seeds;
  if (first === undefined) throw new Error(`there is no file to mutate in ${folders.join(", ")}`);
  return [first, ...rest];
}
