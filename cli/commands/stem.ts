import { basename, extname } from "node:path";

/** The name of a file without folders and extension. */
export function stemOf(path: string): string {
  return basename(path, extname(path));
}
