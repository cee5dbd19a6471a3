import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../shared/logger.ts";
import { bytesOf, type LocalUnit, localFile } from "../../shared/tasks/local.ts";
import { logLines } from "../../tests/fixtures/logLines.ts";
import { ChildEndedError, handedBack } from "./endings.ts";
import { Pool, type PoolOptions } from "./pool.ts";
import type { UnitHooks, UnitOutput } from "./unit.ts";

const registry = pathToFileURL(join(import.meta.dirname, "../../tests/fixtures/slave/tasks.ts")).href;
const never = new AbortController().signal;

let folder: string;
let keepIn: string;
const pools: Pool[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pool-"));
  keepIn = await mkdtemp(join(folder, "lease-"));
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  await rm(folder, { recursive: true, force: true });
});

function start(options: Partial<PoolOptions> = {}): Pool {
  const pool = new Pool({
    registry,
    folder,
    slots: 1,
    smallBytes: 1_000,
    memoryBytes: 400 * 2 ** 20,
    runSeconds: 60,
    silenceSeconds: 60,
    maxUnits: 500,
    log: createLogger("test", "silent"),
    ...options,
  });
  pools.push(pool);
  pool.start();
  return pool;
}

function unit(step: string, args: LocalUnit["args"] = {}, body = "hello"): LocalUnit {
  return { task: "odd", step, options: {}, args, files: [localFile("a.txt", Buffer.from(body))] };
}

function run(pool: Pool, work: LocalUnit, hooks: Partial<UnitHooks> = {}): Promise<UnitOutput> {
  return pool.run(work, { signal: never, keepIn, ...hooks });
}

async function jsonOf(output: UnitOutput) {
  return JSON.parse((await bytesOf(output.body)).toString());
}

function cancellation() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error("cancelled")) };
}

function alive(pid: number): boolean {
  try {
    // A zombie counts as dead: its parent may not have reaped it yet.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("a unit", () => {
  it("gives its bytes with their digest, its summary and its seconds", async () => {
    const output = await run(start(), unit("echo"));
    expect(output).toMatchObject({
      bytes: 5,
      sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
      summary: "echo of a.txt",
      seconds: expect.any(Number),
    });
    expect(Buffer.from(await bytesOf(output.body)).toString()).toBe("hello");
  });

  it.each(["bytes", "file"])(
    "with a large result (%s) leaves it as a file in the caller's folder",
    async (step) => {
      const output = await run(start(), unit(step, { bytes: 5_000_000 }));
      expect(output.body).toMatchObject({ path: expect.stringContaining(keepIn) });
      expect(output.bytes).toBe(5_000_000);
      expect((await bytesOf(output.body)).equals(Buffer.alloc(5_000_000, 7))).toBe(true);
      await expect.poll(() => readdir(join(folder, "slot-0", "child-1"))).toEqual([]);
    },
  );

  it("that is over soon tells of no progress", async () => {
    const heard: unknown[] = [];
    await run(start(), unit("busy", { ms: 1 }), { onProgress: (done) => heard.push(done) });
    expect(heard).toEqual([]);
  });

  it("that names a result outside its folder is refused", async () => {
    await expect(run(start(), unit("thief"))).rejects.toMatchObject({ code: "bad_result" });
    expect((await stat("/etc/hostname")).isFile()).toBe(true);
  });

  it("fails with its own code, and with internal_error for a bug, whose text stays inside", async () => {
    const pool = start();
    await expect(run(pool, unit("fail"))).rejects.toMatchObject({
      code: "corrupt_file",
      message: "This file is broken.",
    });
    await expect(run(pool, unit("bug"))).rejects.toMatchObject({
      code: "internal_error",
      message: expect.not.stringContaining("secret"),
    });
  });
});

describe("a child", () => {
  it("sees no environment but what the pool sets, and its own empty folder", async () => {
    vi.stubEnv("FLEET_TOKEN", "secret");
    const pool = start();
    await run(pool, unit("litter"));
    const seen = await jsonOf(await run(pool, unit("look")));
    const own = join(folder, "slot-0", "child-1");
    expect(seen).toMatchObject({ cwd: own, folder: own, tmp: own, left: [] });
    const { NODE_CHANNEL_FD: _fd, NODE_CHANNEL_SERIALIZATION_MODE: _mode, ...env } = seen.env;
    expect(Object.keys(env).sort()).toEqual([
      "LANG",
      "MALLOC_ARENA_MAX",
      "TMPDIR",
      "TZ",
      "UV_THREADPOOL_SIZE",
    ]);
  });

  it("may print without disturbing anything", async () => {
    expect(await jsonOf(await run(start(), unit("print")))).toEqual({});
  });

  it("is replaced after its number of units, by one that starts while it still works", async () => {
    const pool = start({ maxUnits: 2 });
    const pids: number[] = [];
    const look = async () => {
      const { pid, units } = await jsonOf(await run(pool, unit("look")));
      pids.push(pid);
      return units;
    };
    expect([await look(), await look()]).toEqual([1, 2]);
    await expect.poll(look).toBe(1);
    const [first, second] = new Set(pids);
    expect(second).not.toBe(first);
    await expect.poll(() => alive(first ?? 0)).toBe(false);
    await expect.poll(() => readdir(join(folder, "slot-0"))).not.toContain("child-1");
  });

  it("is first to go when the machine runs out of memory", async () => {
    const { pid } = await jsonOf(await run(start(), unit("look")));
    expect(Number(await readFile(`/proc/${pid}/oom_score_adj`, "utf8"))).toBe(800);
  });
});

describe("the line of waiting units", () => {
  it("keeps every slot busy", async () => {
    const pool = start({ slots: 2 });
    const { signal, abort } = cancellation();
    const settled = Promise.allSettled(
      [1, 2, 3].map(() => run(pool, unit("sleep", { ms: 60_000 }), { signal })),
    );
    await expect.poll(() => pool.status()).toMatchObject({ busy: 2, waiting: 1 });
    abort();
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  it("prefers a child that has loaded the task", async () => {
    const pool = start({ slots: 2 });
    const pids = new Set<number>();
    for (let i = 0; i < 10; i++) pids.add((await jsonOf(await run(pool, unit("look")))).pid);
    expect(pids.size).toBe(1);
  });

  it("warms up children one after the other, and leaves alone what breaks them", async () => {
    const pool = start({ slots: 2 });
    pool.warm(["total", "fragile"]);
    const work = { ...unit("measure"), task: "total" };
    expect((await run(pool, work)).bytes).toBe(1);
    expect((await run(pool, unit("echo"))).bytes).toBe(5);
  });

  it("tells what it is doing", async () => {
    const pool = start();
    const { signal, abort } = cancellation();
    const heard: unknown[] = [];
    const onProgress = (done?: number) => heard.push(done);
    const running = run(pool, unit("busy", { ms: 60_000 }), { signal, onProgress });
    const waiting = run(pool, unit("echo"));
    await expect.poll(() => heard).toContain(0.5);
    expect(pool.status()).toMatchObject({
      slots: 1,
      waiting: 1,
      workingOn: [{ task: "odd", step: "busy", filename: "a.txt", seconds: expect.any(Number) }],
    });
    expect(pool.status().memory).toBeGreaterThan(10_000_000);
    abort();
    await expect(running).rejects.toThrow("cancelled");
    await waiting;
  });

  it("hands back what waits when told to, and lets what runs finish", async () => {
    const pool = start();
    const stop = new AbortController();
    const hooks = {
      stopWaiting: stop.signal,
      onStart: () => setImmediate(() => stop.abort(handedBack("Stopping."))),
    };
    const running = run(pool, unit("sleep", { ms: 300 }), hooks);
    const waiting = run(pool, unit("echo"), { stopWaiting: stop.signal });
    await expect(waiting).rejects.toMatchObject({ code: "handed_back" });
    expect((await running).bytes).toBeGreaterThan(0);
  });
});

describe("a unit that breaks its child", () => {
  it.each([
    ["exit", { code: 3 }, "child_crashed", /exit code 3/],
    ["abort", {}, "child_crashed", /SIGABRT/],
    ["segv", {}, "child_crashed", /SIGSEGV/],
  ] as const)("by %s fails alone, and the next one is done", async (...[step, args, code, message]) => {
    const pool = start();
    const failed = run(pool, unit(step, args));
    const next = run(pool, unit("echo"));
    await expect(failed).rejects.toBeInstanceOf(ChildEndedError);
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect((await next).bytes).toBe(5);
  });

  it("is not to blame when another process ended the child", async () => {
    const pool = start();
    const { pid } = await jsonOf(await run(pool, unit("look")));
    const work = unit("sleep", { ms: 60_000 });
    const running = run(pool, work, { onStart: () => process.kill(pid, "SIGKILL") });
    await expect(running).rejects.toMatchObject({ code: "child_killed" });
  });

  it.each([
    ["rss", 200],
    ["heap", 150],
  ] as const)("by memory (%s) is ended and says which variable raises the limit", async (step, megabytes) => {
    const pool = start({ memoryBytes: megabytes * 2 ** 20 });
    await expect(run(pool, unit(step))).rejects.toMatchObject({
      code: "out_of_memory",
      message: expect.stringContaining("CHILD_MEMORY"),
    });
    expect((await run(pool, unit("echo"))).bytes).toBe(5);
  });

  it("by memory that units before it left there is done again in a new child", async () => {
    const pool = start({ memoryBytes: 300 * 2 ** 20 });
    const first = await jsonOf(await run(pool, unit("keep", { megabytes: 100 })));
    const onStart = vi.fn();
    const second = await jsonOf(await run(pool, unit("keep", { megabytes: 150 }), { onStart }));
    expect(second.pid).not.toBe(first.pid);
    expect(onStart).toHaveBeenCalledTimes(2);
    expect((await run(pool, unit("echo"))).bytes).toBe(5);
  });

  it("by memory in a new child, too, fails", async () => {
    const pool = start({ memoryBytes: 300 * 2 ** 20 });
    await run(pool, unit("echo"));
    const next = [run(pool, unit("rss")), run(pool, unit("echo"))] as const;
    await expect(next[0]).rejects.toMatchObject({ code: "out_of_memory" });
    expect((await next[1]).bytes).toBe(5);
  });

  it("by running too long is ended, though it tells of progress", async () => {
    const pool = start({ runSeconds: 0.3, silenceSeconds: 30 });
    await expect(run(pool, unit("busy", { ms: 60_000 }))).rejects.toMatchObject({
      code: "timed_out",
      message: expect.stringContaining("UNIT_RUN_SECONDS"),
    });
  });

  it("by silence is ended", async () => {
    const pool = start({ silenceSeconds: 0.5 });
    await expect(run(pool, unit("spin"))).rejects.toMatchObject({ code: "silent" });
  });
});

describe("short units", () => {
  const brief = (pool: Pool, text: string, hooks: Partial<UnitHooks> = {}) =>
    run(pool, unit("brief", {}, text), hooks);

  /** A pool that knows how short they are, so that several of them are at its child at a time. */
  async function practised(options: Partial<PoolOptions> = {}) {
    const pool = start(options);
    while (pool.capacityFor(unit("brief")) <= 4 * pool.slots) await brief(pool, "go");
    return pool;
  }

  it("are done each with its own result, in an empty folder, also after units that left files", async () => {
    const pool = await practised();
    const kinds = ["go", "take", "litter", "large 5000", "sleep 1"];
    const texts = Array.from({ length: 40 }, (_, index) => kinds[index % 5] ?? "");
    const outputs = await Promise.all(texts.map((text) => brief(pool, text)));
    const results = await Promise.all(
      outputs.map(async (output) => (output.bytes === 5_000 ? "large" : await jsonOf(output))),
    );
    expect(results).toEqual(
      texts.map((text) => {
        const [what] = text.split(" ");
        return what === "large" ? what : { what, pid: expect.any(Number), left: [] };
      }),
    );
  });

  it("that wait behind one that crashes or is too slow are done, and it alone is charged", async () => {
    const pool = await practised({ runSeconds: 1 });
    for (const [bad, code] of [
      ["crash", "child_crashed"],
      ["spin", "timed_out"],
    ] as const) {
      const settled = await Promise.allSettled(
        ["go", "go", bad, "go", "go", "go"].map((text) => brief(pool, text)),
      );
      expect(settled.map((one) => (one.status === "rejected" ? one.reason.code : "done"))).toEqual([
        "done",
        "done",
        code,
        "done",
        "done",
        "done",
      ]);
    }
  });

  it("do not wait behind a long one while another slot is idle", async () => {
    const pool = await practised({ slots: 2 });
    const ended: string[] = [];
    const texts = ["sleep 3000", ...Array.from({ length: 10 }, () => "go")];
    await Promise.all(texts.map((text) => brief(pool, text).then(() => ended.push(text))));
    expect(ended.at(-1)).toBe("sleep 3000");
  });

  it("are cancelled or handed back while they wait, and what runs is not", async () => {
    const pool = await practised();
    const { signal, abort } = cancellation();
    const stop = new AbortController();
    const running = brief(pool, "sleep 500", { stopWaiting: stop.signal });
    const cancelled = brief(pool, "spin", { signal });
    const stopped = brief(pool, "go", { stopWaiting: stop.signal });
    abort();
    stop.abort(handedBack("Stopping."));
    await expect(cancelled).rejects.toThrow("cancelled");
    await expect(stopped).rejects.toMatchObject({ code: "handed_back" });
    expect((await jsonOf(await running)).what).toBe("sleep");
    expect((await jsonOf(await brief(pool, "go"))).what).toBe("go");
  });

  it("are skipped by their child when they are withdrawn: their files may be gone at their turn", async () => {
    const log = logLines();
    const pool = await practised({ log: log.logger });
    const path = join(folder, "in-1");
    await writeFile(path, "sleep 1000");
    const { signal, abort } = cancellation();
    const running = brief(pool, "sleep 300");
    const file = { filename: "gone.txt", bytes: 10, sha256: "0".repeat(64), body: { path } };
    const withdrawn = run(pool, { ...unit("brief"), files: [file] }, { signal });
    const settled = expect(withdrawn).rejects.toThrow("cancelled");
    abort();
    await settled;
    await rm(path);
    const { pid } = await jsonOf(await running);
    expect((await jsonOf(await brief(pool, "go"))).pid).toBe(pid);
    expect([...log.of("warn"), ...log.of("error")]).toEqual([]);
  });

  it("begin one after the other", async () => {
    const pool = await practised();
    const begun: number[] = [];
    const all = Array.from({ length: 10 }, (_, index) =>
      brief(pool, "sleep 20", { onStart: () => begun.push(index) }),
    );
    expect(begun).toEqual([0]);
    await Promise.all(all);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("go to a new child when theirs has done its number", async () => {
    const pool = await practised({ maxUnits: 40 });
    const pids = new Set<number>();
    const ten = async () => {
      for (const output of await Promise.all(Array.from({ length: 10 }, () => brief(pool, "sleep 5"))))
        pids.add((await jsonOf(output)).pid);
      return pids.size;
    };
    // A child takes seconds to start on a busy machine; the old one goes on until then.
    await expect.poll(ten, { timeout: 60_000 }).toBeGreaterThan(1);
  });
});

describe("cancelling", () => {
  it.each(["spin", "sleep"])("ends a unit that %ss, with its child, and the slot goes on", async (step) => {
    const pool = start();
    const { pid } = await jsonOf(await run(pool, unit("look")));
    const { signal, abort } = cancellation();
    const running = run(pool, unit(step, { ms: 60_000 }), { signal, onStart: () => setTimeout(abort, 100) });
    await expect(running).rejects.toThrow("cancelled");
    expect(alive(pid)).toBe(false);
    expect((await run(pool, unit("echo"))).bytes).toBe(5);
  });

  it("takes a waiting unit out of the line", async () => {
    const pool = start();
    const running = run(pool, unit("sleep", { ms: 200 }));
    const { signal, abort } = cancellation();
    const waiting = run(pool, unit("echo"), { signal });
    abort();
    await expect(waiting).rejects.toThrow("cancelled");
    await running;
  });

  it("by closing the pool ends every child and what a child started", async () => {
    const pool = start({ slots: 2 });
    const { pid } = await jsonOf(await run(pool, unit("look")));
    const grandchild = (await jsonOf(await run(pool, unit("grandchild")))).pid;
    await pool.close();
    expect(alive(pid)).toBe(false);
    await expect.poll(() => alive(grandchild)).toBe(false);
    await expect(run(pool, unit("echo"))).rejects.toMatchObject({ code: "no_children" });
  });
});

it("children that are never ready are ended, and what waits is told", async () => {
  const path = join(folder, "endless.mjs");
  await writeFile(path, "setInterval(() => undefined, 1000); await new Promise(() => undefined);");
  const log = logLines();
  const pool = start({ registry: pathToFileURL(path).href, startMs: 300, log: log.logger });
  await expect(run(pool, unit("echo"))).rejects.toMatchObject({ code: "no_children" });
  expect(log.of("warn")).toContain("a child was not ready within 0.3 seconds and is ended");
});

it("children that cannot start are tried again more and more slowly, and what waits is told", async () => {
  const pool = start({ registry: pathToFileURL(join(folder, "missing.ts")).href });
  await expect(run(pool, unit("echo"))).rejects.toMatchObject({ code: "no_children" });
});
