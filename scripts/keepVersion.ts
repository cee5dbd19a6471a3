import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";

/**
 * `npm run keep -- <checkout>` keeps the compiled programs of a checkout, which was built, as the version before:
 * tests/e2e/rolling-upgrade.test.ts runs them beside this version. Done at each release, with the last one.
 */
const [checkout = "."] = process.argv.slice(2);
const target = resolve(import.meta.dirname, "../tests/fixtures/before/programs.tar.gz");
/** Not needed to run them: the page, and what is for readers and tools. */
const LEFT_OUT = ["*.map", "*.d.ts", ".tsbuildinfo", "dist/master/dashboard/*"];
/** The same files make the same archive. */
const SAME = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];

const exclude = LEFT_OUT.map((pattern) => `--exclude=${pattern}`);
execFileSync("tar", [...SAME, ...exclude, "-czf", target, "package.json", "dist"], { cwd: join(checkout) });
console.log(target);
