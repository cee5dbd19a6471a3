import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The version in `package.json`. */
export const VERSION = readVersion();

/** Finds `package.json` in a folder above this file; above `dist/` in a build. */
function readVersion(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file))
      return String((JSON.parse(readFileSync(file, "utf8")) as { version?: unknown }).version);
  }
  return "unknown";
}
