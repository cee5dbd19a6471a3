import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, lstat, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { sharp } from "../../shared/media/picture/sharp.ts";
import { assign, type RunningFleet, startFleet, until } from "./fleet.ts";

/** Tries to read, change, link, move and replace each path, and prints what was possible. */
const ATTACK = `
const { openSync, readdirSync, linkSync, renameSync, symlinkSync } = require("node:fs");
const [loot, ...paths] = process.argv.slice(1);
const possible = [];
// A refusal is what the test wants: only what was possible is told.
const attempt = (what, path, act) => { try { act(); possible.push(what + " " + path); } catch {} };
for (const path of paths) {
  attempt("lists", path, () => readdirSync(path));
  attempt("opens", path, () => openSync(path, "r"));
  attempt("writes", path, () => openSync(path, "a"));
  attempt("links", path, () => linkSync(path, loot + "/" + possible.length + Math.random()));
  attempt("moves", path, () => renameSync(path, path + ".moved"));
  attempt("plants", path, () => symlinkSync("/etc/hosts", path + "/proof-" + Math.random()));
}
console.log(JSON.stringify(possible));
`;
const NOBODY = 65_534;

let fleet: RunningFleet | undefined;
afterEach(() => fleet?.stop());

test("another user of the machine can neither read, link nor replace files while master and slave hand them over", async () => {
  fleet = await startFleet();
  const slave = await fleet.slave();
  await fleet.alive(1);
  await chmod(fleet.folder, 0o755);
  const loot = join(fleet.folder, "loot");
  await mkdir(loot);
  await chmod(loot, 0o777);
  const raw = { width: 600, height: 400, channels: 3 as const };
  const body = await sharp(randomBytes(720_000), { raw }).png().toBuffer();
  const sent = assign(fleet.master.url, [{ name: "a.png", body }], { task: "image", field: "images" });
  // Children that stand still keep what was handed over in its place; the slave may start further ones.
  const children = new Set<number>();
  const paths = await until("a file is handed over", async () => {
    for (const child of await childrenOf(slave.process.pid)) {
      if (!children.has(child)) process.kill(child, "SIGSTOP");
      children.add(child);
    }
    const found = await pathsIn(fleet?.folder ?? "");
    return found.some((path) => /(?<!handover)\/in-[0-9a-f]{32}$/.test(path)) ? found : undefined;
  });
  // Only root can act as another user; elsewhere the rights of the folders must do.
  const possible = process.getuid?.() === 0 ? await attackAsNobody(loot, paths) : [];
  const open = await openToOthers(fleet.folder, paths);
  for (const child of children) process.kill(child, "SIGCONT");
  expect((await sent).body).toMatchObject({ state: "succeeded", total_files_processed: 1 });
  const isResult = (act: string) => act.includes("processed_results") && /^(lists|opens) /.test(act);
  expect(possible.filter((act) => !isResult(act))).toEqual([]);
  expect(await readdir(loot)).toEqual([]);
  expect(open.filter((path) => !path.includes("processed_results"))).toEqual([]);
});

/** Paths that have no folder above them, or are none themselves, which only their owner may use. */
async function openToOthers(root: string, paths: readonly string[]): Promise<string[]> {
  const isPrivate = async (path: string): Promise<boolean> =>
    path.length > root.length && ((await rightsOfOthers(path)) === 0 || (await isPrivate(dirname(path))));
  const open = await Promise.all(paths.map(async (path) => ((await isPrivate(path)) ? [] : [path])));
  return open.flat();
}

/** Files on their way are renamed and removed while they are looked at: what is gone is open to no one. */
async function rightsOfOthers(path: string): Promise<number> {
  const { mode } = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return { mode: 0 };
    throw error;
  });
  return mode & 0o077;
}

/** `pgrep` fails where there are none. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  const { stdout } = await promisify(execFile)("pgrep", ["-P", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout.split("\n").filter(Boolean).map(Number);
}

/** All paths of master and slave, folders included. */
async function pathsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries.filter((path) => /^(data|processed_results)/.test(path)).map((path) => join(folder, path));
}

async function attackAsNobody(loot: string, paths: readonly string[]): Promise<string[]> {
  const as = { uid: NOBODY, gid: NOBODY, cwd: "/" };
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", ATTACK, loot, ...paths], as);
  return JSON.parse(stdout) as string[];
}
