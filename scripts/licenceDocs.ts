import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { table, withBlock } from "./pageBlock.ts";

/** Writes the table of libraries in docs/licences.md from package.json and the lock file. */

const ROOT = join(import.meta.dirname, "..");
const PAGE = "docs/licences.md";
const BEGIN = "<!-- Libraries of package.json; written by `npm run docs:licences`. -->\n";
const END = "<!-- End of the libraries. -->\n";

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
    }),
  ),
});

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** As its `package.json` states it; undefined for none that the lock file has. */
  readonly licence: string | undefined;
}

/** Packages that run needs, on all platforms, by their paths below node_modules. */
export async function packagesToRun(): Promise<readonly LockedPackage[]> {
  const { packages } = lockFile.parse(await json("package-lock.json"));
  return Object.entries(packages).flatMap(([path, { version = "", license, dev, devOptional }]) =>
    path === "" || dev === true || devOptional === true
      ? []
      : [{ name: path.slice("node_modules/".length), version, licence: license }],
  );
}

/** The page as it is, and as it should be. */
export async function pageOfLicences(): Promise<{ readonly found: string; readonly wanted: string }> {
  const found = await readFile(join(ROOT, PAGE), "utf8");
  return { found, wanted: withBlock(found, { page: PAGE, begin: BEGIN, end: END, block: await block() }) };
}

async function block(): Promise<string> {
  const { dependencies, optionalDependencies } = manifest.parse(await json("package.json"));
  const locked = new Map((await packagesToRun()).map((one) => [one.name, one]));
  const rows = (names: readonly string[], needed: string) =>
    names.map((name) => {
      const { version = "?", licence = "?" } = locked.get(name) ?? {};
      return [`\`${name}\``, version, licence, needed];
    });
  return table(
    ["library", "version", "licence", "needed"],
    [...rows(Object.keys(dependencies), "always"), ...rows(Object.keys(optionalDependencies), "optional")],
  );
}

async function json(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(ROOT, name), "utf8"));
}

if (process.argv[1] === import.meta.filename)
  await writeFile(join(ROOT, PAGE), (await pageOfLicences()).wanted);
