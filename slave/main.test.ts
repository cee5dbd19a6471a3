import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FRAMES_TYPE } from "../shared/contract/fleet.ts";
import { form, jsonOf } from "../tests/fixtures/slave/start.ts";
import { ownFolder } from "./folder.ts";

let dataDir: string;
const processes: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "slave-main-"));
});

afterEach(async () => {
  for (const child of processes.splice(0)) child.kill("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

function run(file: string, env: NodeJS.ProcessEnv = {}): ChildProcess & { readonly pid: number } {
  const child = spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, file), dataDir], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "", SLAVE_PORT: "0", DATA_DIR: dataDir, MASTER_URL: "http://127.0.0.1:1", ...env },
  });
  processes.push(child);
  return Object.assign(child, { pid: child.pid ?? 0 });
}

/** Everything that a process started, and what that started. */
function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return children.flatMap((child) => [Number(child), ...descendants(Number(child))]);
}

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

it("kill -9 of a slave leaves no process behind, not even a child in an endless loop", async () => {
  const slave = run("../tests/fixtures/slave/main.ts");
  const [line] = await once(slave.stdout ?? slave, "data");
  const url = String(line).trim();
  const task = form(["task_type", "odd"], ["step", "spin"], ["files", "x", "a"]);
  const answer = await fetch(`${url}/get_task`, {
    method: "POST",
    body: task,
    headers: { accept: FRAMES_TYPE },
  });
  const status = async () => await jsonOf(await fetch(`${url}/check_status`));
  await expect.poll(status).toMatchObject({ busy: 1 });
  const children = descendants(slave.pid);
  expect(children.length).toBeGreaterThanOrEqual(2);
  slave.kill("SIGKILL");
  await expect.poll(() => children.filter(alive)).toEqual([]);
  // Held until here: fetch closes the connection of an answer that is collected, and that would end the unit.
  await expect(answer.text()).rejects.toThrow();
});

it("SIGTERM lets a slave end by itself with code 0 and an empty data folder", async () => {
  const slave = run("main.ts");
  const log = text(slave.stderr ?? process.stdin);
  const [line] = await once(slave.stderr ?? slave, "data");
  expect(JSON.parse(String(line).split("\n")[0] ?? "").msg).toMatch(/^slave is ready at http:/);
  slave.kill("SIGTERM");
  const [code] = await once(slave, "exit");
  expect([code, await log]).toEqual([0, expect.stringContaining("slave stops")]);
  expect(await readdir(dataDir)).toEqual([]);
});

it("a slave without TLS_CERT says that it is unencrypted, where its master uses HTTPS", async () => {
  const slave = run("main.ts", { MASTER_URL: "https://127.0.0.1:1" });
  const log = text(slave.stderr ?? process.stdin);
  await once(slave.stderr ?? slave, "data");
  slave.kill("SIGTERM");
  await once(slave, "exit");
  expect(await log).toContain("this slave listens without TLS_CERT");
});

it("variables that cannot be used end a slave with code 1 and a sentence for each", async () => {
  const slave = run("main.ts", { SLAVE_SLOTS: "many", CHILD_MEMORY: "much" });
  const [said, [code]] = await Promise.all([text(slave.stderr ?? process.stdin), once(slave, "exit")]);
  expect(code).toBe(1);
  expect(said).toContain("SLAVE_SLOTS=many: a whole number is needed");
  expect(said).toContain("CHILD_MEMORY=much: a size such as 512MB is needed");
});

it("a slave's folder is empty at its start, and those of killed slaves of this host are swept", async () => {
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  const folders = {
    "slave-a-1": `${hostname()} ${dead.pid}`,
    "slave-a-2": `${hostname()} ${process.pid}`,
    "slave-a-3": "elsewhere 1",
  };
  for (const [name, owner] of Object.entries(folders)) {
    await mkdir(join(dataDir, name));
    await writeFile(join(dataDir, name, "owner"), owner);
  }
  const own = await ownFolder(dataDir, "a", 4);
  await writeFile(join(own, "left"), "");
  expect(await readdir(await ownFolder(dataDir, "a", 4))).toEqual(["owner"]);
  expect((await readdir(dataDir)).sort()).toEqual(["slave-a-2", "slave-a-3", "slave-a-4"]);
});
