import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLogger } from "../../shared/logger.ts";
import { bytesOf, type LocalUnit, localFile } from "../../shared/tasks/local.ts";
import { Pool, type PoolOptions } from "./pool.ts";

const TASKS = pathToFileURL(join(import.meta.dirname, "../../tests/fixtures/slave/tasks.ts")).href;

let folder: string;
let pool: Pool | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "slot-"));
});

afterEach(async () => {
  await pool?.close();
  await rm(folder, { recursive: true, force: true });
});

function poolWith(options: Partial<PoolOptions>): Pool {
  pool = new Pool({
    registry: TASKS,
    folder: join(folder, "children"),
    slots: 1,
    smallBytes: 1_000,
    memoryBytes: 400 * 2 ** 20,
    runSeconds: 60,
    silenceSeconds: 60,
    maxUnits: 500,
    log: createLogger("test", "silent"),
    ...options,
  });
  pool.start();
  return pool;
}

async function pidOf(at: Pool, step: string, args: LocalUnit["args"], body = ""): Promise<unknown> {
  const files = [localFile("a.txt", Buffer.from(body))];
  const unit = { task: "odd", step, options: {}, args, files };
  const output = await at.run(unit, { signal: new AbortController().signal, keepIn: folder });
  return JSON.parse((await bytesOf(output.body)).toString()).pid;
}

/** Tasks whose children leave a file `started-<pid>` just before they are ready. */
async function tellingRegistry(): Promise<string> {
  const path = join(folder, "registry.mjs");
  await writeFile(
    path,
    `import { writeFileSync } from "node:fs";
     import { taskNamed } from ${JSON.stringify(TASKS)};
     writeFileSync(${JSON.stringify(join(folder, "started-"))} + process.pid, "");
     export { taskNamed };`,
  );
  return pathToFileURL(path).href;
}

const started = async () => (await readdir(folder)).filter((name) => name.startsWith("started-")).length;

it("a unit that runs out of memory is done again when the successor of its child is already idle", async () => {
  const go = join(folder, "go");
  const slot = poolWith({ registry: await tellingRegistry(), maxUnits: 1 });
  const first = await pidOf(slot, "keep", { megabytes: 150 });
  const second = pidOf(slot, "keep", { megabytes: 250, after: go });
  await expect.poll(started, { timeout: 20_000 }).toBe(2);
  await writeFile(go, "");
  expect(await second).not.toBe(first);
});

it("units that run out of memory one after the other are each done again", async () => {
  const go = join(folder, "go");
  const slot = poolWith({ registry: await tellingRegistry(), maxUnits: 40 });
  // The pool learns that these are short, so that the last two wait at one child. Then a successor is due.
  for (let units = 1; units < 40; units += 1) await pidOf(slot, "brief", {}, "go");
  await pidOf(slot, "keep", { megabytes: 150 });
  const units = [
    pidOf(slot, "keep", { megabytes: 250, after: go }),
    pidOf(slot, "brief", {}, "keep 150"),
    pidOf(slot, "brief", {}, "keep 250"),
  ];
  await expect.poll(started, { timeout: 20_000 }).toBe(2);
  await writeFile(go, "");
  expect(await Promise.all(units)).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
});

it("a child that the system refuses to start is tried again, and what waits is told", async () => {
  // No variable of the environment may have a zero byte, so Node throws.
  const slot = poolWith({ folder: join(folder, "zero\0byte") });
  await expect(pidOf(slot, "keep", { megabytes: 1 })).rejects.toMatchObject({ code: "no_children" });
});

it("a child whose folder cannot be made is started again later", async () => {
  const inTheWay = join(folder, "children");
  await writeFile(inTheWay, "a file, no folder");
  const slot = poolWith({});
  const running = pidOf(slot, "keep", { megabytes: 1 });
  await rm(inTheWay);
  expect(await running).toEqual(expect.any(Number));
  expect(existsSync(join(inTheWay, "slot-0"))).toBe(true);
});

it("a successor that cannot start is tried again after longer and longer waits, while the child goes on", async () => {
  const path = join(folder, "once.mjs");
  // The first child starts; all later ones end at once and leave the time of their start.
  await writeFile(
    path,
    `import { appendFileSync, existsSync } from "node:fs";
     const file = ${JSON.stringify(join(folder, "starts"))};
     const isFirst = !existsSync(file);
     appendFileSync(file, Date.now() + "\\n");
     if (!isFirst) process.exit(3);
     const { taskNamed } = await import(${JSON.stringify(TASKS)});
     export { taskNamed };`,
  );
  const slot = poolWith({ registry: pathToFileURL(path).href, maxUnits: 1 });
  const starts = async () => {
    await pidOf(slot, "brief", {}, "sleep 20");
    return (await readFile(join(folder, "starts"), "utf8")).trim().split("\n").map(Number);
  };
  await expect.poll(async () => (await starts()).length, { interval: 1, timeout: 50_000 }).toBeGreaterThan(5);
  const times = await starts();
  expect((times[5] ?? 0) - (times[4] ?? 0)).toBeGreaterThanOrEqual(800);
});
