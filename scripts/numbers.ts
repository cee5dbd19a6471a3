import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type FileNumbers, measureFile } from "./numbers/measure.ts";
import { brokenLimits, percent, sumUp } from "./numbers/rules.ts";

/** Measures the sources and fails with a sentence for each limit that they break (`npm run check:numbers`). */
const ROOT = join(import.meta.dirname, "..");
const ROOMS = ["master", "slave", "shared", "cli"];

function main(): void {
  const files = sources().map((file) => measureFile(file, readFileSync(join(ROOT, file), "utf8")));
  if (process.argv.includes("--rooms")) for (const room of ROOMS) report(room, files.filter(inRoom(room)));
  report("all", files);
  const broken = brokenLimits(files);
  for (const sentence of broken) console.error(sentence);
  process.exitCode = broken.length > 0 ? 1 : 0;
}

/** Tracked and new sources; without tests, with contract tests. */
function sources(): string[] {
  const patterns = ROOMS.map((room) => `${room}/**/*.ts*`);
  const options = { cwd: ROOT, encoding: "utf8" } as const;
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", ...patterns], options);
  return [...new Set(listed.split("\n"))].filter((file) => /(?<!\.test|\.d)\.tsx?$/.test(file));
}

function inRoom(room: string): (numbers: FileNumbers) => boolean {
  return ({ file }) => file.startsWith(`${room}/`);
}

function report(name: string, files: readonly FileNumbers[]): void {
  const { lines, fileP95, fileMax, functions, functionP95, functionMax, comments } = sumUp(files);
  console.log(
    `${name}: ${files.length} files, ${lines} lines (p95 ${fileP95}, longest ${fileMax}); ` +
      `${functions} functions (p95 ${functionP95}, longest ${functionMax}); comments ${percent(comments)}`,
  );
}

main();
