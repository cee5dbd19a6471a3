import { type ChildProcess, execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TASKS } from "../../shared/tasks/registry.ts";
import { type CliRun, runCli } from "../../tests/standin/runCli.ts";
import { FleetClient } from "../sdk/index.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-start-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<CliRun>;
  /** Process ids of its master and slave. */
  members(): Promise<number[]>;
}

async function start(args = ["start"], env: Readonly<Record<string, string>> = {}): Promise<Running> {
  return await new Promise((resolve, reject) => {
    const ended = runCli(args, {
      cwd: folder,
      env: { MASTER_PORT: "0", SLAVE_PORT: "0", SLAVE_SLOTS: "1", LOG_LEVEL: "error", ...env },
      onStart: (child) => {
        child.stdout?.on("data", (text: string) => {
          const url = /master {2}(http:\S+)/.exec(text)?.[1];
          if (url !== undefined) resolve({ child, url, ended, members: () => childrenOf(child.pid ?? 0) });
        });
      },
    });
    ended.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
}

async function childrenOf(pid: number, ofRole = ""): Promise<number[]> {
  const rows = existsSync("/proc/self/stat") ? await fromProc() : await fromPs();
  return rows.flatMap((row) => (row.parent === pid && row.args.includes(ofRole) ? [row.pid] : []));
}

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly args: string;
}

/** Small Linux images have no `ps`. */
async function fromProc(): Promise<ProcessRow[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(
    pids.map(async (pid) => {
      // A process may end meanwhile.
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
      const [stat, args] = await Promise.all([read("stat"), read("cmdline")]);
      const parent = Number(/\) \S (\d+)/.exec(stat)?.[1]);
      return { pid: Number(pid), parent, args };
    }),
  );
  return rows;
}

async function fromPs(): Promise<ProcessRow[]> {
  const { stdout } = await promisify(execFile)("ps", ["-e", "-o", "pid=,ppid=,args="]);
  const lines = stdout.split("\n").map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line));
  return lines.map((line) => ({ pid: Number(line?.[1]), parent: Number(line?.[2]), args: line?.[3] ?? "" }));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await wait(50);
}

async function slaveIsAlive(url: string): Promise<boolean> {
  const slaves = await new FleetClient({ master: url }).slaves.list();
  return slaves.some((slave) => slave.state === "alive");
}

test("start keeps a master and a slave running; a slave that dies comes back; Ctrl-C ends all with 0", async () => {
  const running = await start();
  await until(() => slaveIsAlive(running.url));
  const [slave = 0] = await childrenOf(running.child.pid ?? 0, "slave/main");
  process.kill(slave, "SIGKILL");
  await until(() => !isAlive(slave));
  await until(async () => (await running.members()).length === 2);
  await until(() => slaveIsAlive(running.url));
  const members = await running.members();
  running.child.kill("SIGINT");
  const { code, stdout, stderr } = await running.ended;
  expect(code).toBe(0);
  // A port that is not the default: the hint works as it is.
  expect(stdout).toContain(`upload ocr <your scans> --master ${running.url}\n`);
  expect(stderr).toContain("The slave ended (SIGKILL); it starts again in 0.5 s.");
  expect(members.filter(isAlive)).toEqual([]);
});

const TALKATIVE = { LOG_LEVEL: "info", SLAVE_NAME: "desk" };

test("up --slaves 2 keeps two slaves with names of their own; its lines are for people without a terminal, too", async () => {
  const running = await start(["up", "--slaves", "2"], TALKATIVE);
  const client = new FleetClient({ master: running.url });
  const names = async () =>
    (await client.slaves.list()).filter(({ state }) => state === "alive").map(({ name }) => name);
  await until(async () => (await names()).length === 2);
  expect((await names()).sort()).toEqual(["desk-1", "desk-2"]);
  running.child.kill("SIGINT");
  const { code, stderr } = await running.ended;
  expect(code).toBe(0);
  expect(stderr.split("\n").filter((line) => line.startsWith("{"))).toEqual([]);
});

test("with LOG_FORMAT=json every line of up on standard error is JSON", async () => {
  const json = await start(["up"], { ...TALKATIVE, LOG_FORMAT: "json" });
  await until(() => slaveIsAlive(json.url));
  json.child.kill("SIGTERM");
  const lines = (await json.ended).stderr.trimEnd().split("\n");
  expect(lines.map((line) => typeof JSON.parse(line).msg)).toEqual(lines.map(() => "string"));
  expect(lines.some((line) => JSON.parse(line).msg === "Stopping…")).toBe(true);
});

test("when the CLI itself is killed, master and slave end too", async () => {
  const running = await start();
  await until(() => slaveIsAlive(running.url));
  const members = await running.members();
  expect(members).toHaveLength(2);
  running.child.kill("SIGKILL");
  await until(() => !members.some(isAlive));
});

test("a master that dies comes back at its port, and the slave finds it; SIGTERM ends all with 0", async () => {
  const running = await start();
  await until(() => slaveIsAlive(running.url));
  const [master = 0] = await childrenOf(running.child.pid ?? 0, "master/main");
  process.kill(master, "SIGKILL");
  await until(() => !isAlive(master));
  await until(() => slaveIsAlive(running.url).catch(() => false));
  const members = await running.members();
  running.child.kill("SIGTERM");
  const { code, stderr } = await running.ended;
  expect(code).toBe(0);
  expect(stderr).toContain("The master ended (SIGKILL); it starts again in 0.5 s.");
  expect(members.filter(isAlive)).toEqual([]);
});

test("a master that cannot start says why: exit 1", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = await runCli(["start"], { cwd: folder, env: { MASTER_PORT: String(port) } });
  taken.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`The master could not start: Port ${port} of 127.0.0.1 is in use.`);
});

test("demo processes every sample, leaves results in a folder of its own, removes its own data, exits 0", async () => {
  const { code, stdout } = await runCli(["demo"], { cwd: folder, env: { MASTER_PORT: "1", TMPDIR: folder } });
  expect(stdout).not.toContain("✗");
  expect(code).toBe(0);
  const tasks = TASKS.map(({ name }) => name).sort();
  expect(await visibleIn("processed_results")).toEqual(["demo"]);
  expect(await visibleIn("processed_results/demo")).toEqual(tasks);
  for (const task of tasks) expect(stdout).toContain(`\n${task}  `);
  expect(await readdir(folder)).toEqual(["processed_results"]);
  // The hints fit how the command was called: here it is not by a checkout.
  expect(stdout).toContain("\n      manyhands upload ocr <your scans>");
  expect(stdout).not.toMatch(/npm |node cli/);
});

async function visibleIn(path: string): Promise<string[]> {
  return (await readdir(join(folder, path))).filter((name) => !name.startsWith(".")).sort();
}
