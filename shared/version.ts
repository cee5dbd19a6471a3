import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The package's version: a constant that is written in one place, `package.json`. */
export const VERSION = readVersion();

/** `package.json` lies above this file, above `dist/` when built. */
function readVersion(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file))
      return String((JSON.parse(readFileSync(file, "utf8")) as { version?: unknown }).version);
  }
  return "unknown";
}
