import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Builds the page of the master (`vite.config.ts`) into dist/, unless it was built from the same sources. */
const ROOT = join(import.meta.dirname, "..");
const STAMP = join(ROOT, "dist/master/dashboard/.stamp");
const FOLDER = "master/dashboard";
const SETTINGS = ["vite.config.ts", "package-lock.json"];

async function main(): Promise<void> {
  const digest = digestOf([...SETTINGS, ...sources()]);
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === digest) return;
  // Loaded here: it takes longer than a build that has nothing to do.
  const { build } = await import("vite");
  await build({ configFile: join(ROOT, "vite.config.ts") });
  writeFileSync(STAMP, digest);
}

function sources(): string[] {
  const found = readdirSync(join(ROOT, FOLDER), { recursive: true, encoding: "utf8" });
  return found.filter((file) => /\.\w+$/.test(file)).map((file) => join(FOLDER, file));
}

function digestOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files.toSorted()) hash.update(`${file}\n`).update(readFileSync(join(ROOT, file)));
  return hash.digest("hex");
}

await main();
