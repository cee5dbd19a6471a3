import { access, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { UnitHooks, UnitOutput } from "../pool/unit.ts";
import { ConnectionLostError, KeptUnits } from "./keptUnits.ts";

let folder: string;
let stopped: AbortController;
let kept: KeptUnits;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-kept-"));
  stopped = new AbortController();
  kept = new KeptUnits({ keepMs: 60_000, stopped: stopped.signal });
});
afterEach(async () => {
  stopped.abort(new Error("stopped"));
  await rm(folder, { recursive: true, force: true });
});

const OUTPUT: UnitOutput = { body: Buffer.from("x"), bytes: 1, sha256: "", seconds: 1 };

/** A unit of the pool that the test starts and ends. */
function pool() {
  const calls: UnitHooks[] = [];
  const ends: ((output: UnitOutput) => void)[] = [];
  const begin = (hooks: UnitHooks) => {
    calls.push(hooks);
    return new Promise<UnitOutput>((resolve, reject) => {
      ends.push(resolve);
      hooks.signal.addEventListener("abort", () => reject(hooks.signal.reason), { once: true });
    });
  };
  return { calls, begin, start: () => calls[0]?.onStart?.(), end: (output = OUTPUT) => ends[0]?.(output) };
}

/** A lease with a folder of its own. */
async function lease(name: string) {
  const gone = new AbortController();
  const keepIn = join(folder, name);
  await mkdir(keepIn);
  const events: string[] = [];
  const hooks: UnitHooks = {
    ...{ signal: gone.signal, keepIn },
    onStart: () => events.push("start"),
    onProgress: (done) => events.push(`progress ${done}`),
  };
  return { hooks, keepIn, events, end: (reason: unknown) => gone.abort(reason) };
}

/** A unit that had begun when the connection of its lease broke, and the next lease. */
async function lostUnit() {
  const work = pool();
  const [first, second] = [await lease("first"), await lease("second")];
  const lost = kept.claim({ key: "a", begin: work.begin, hooks: first.hooks });
  work.start();
  first.end(new ConnectionLostError());
  await expect(lost.output).rejects.toThrow(ConnectionLostError);
  return { work, first, second, lost };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

it("runs on without its lease, and the next lease that asks for it gets its events and its output", async () => {
  const { work, first, second, lost } = await lostUnit();
  lost.release();
  await kept.leaveFolder(first.keepIn);
  expect(work.calls[0]?.signal.aborted).toBe(false);
  expect(await exists(first.keepIn)).toBe(true);

  const taken = kept.claim({ key: "a", begin: work.begin, hooks: second.hooks });
  work.calls[0]?.onProgress?.(0.5);
  work.end();
  expect(await taken.output).toBe(OUTPUT);
  expect([work.calls.length, first.events, second.events]).toEqual([1, ["start"], ["start", "progress 0.5"]]);
  taken.release();
  await expect.poll(() => exists(first.keepIn)).toBe(false);
});

it("waits with its output when it ends before a lease asks for it", async () => {
  const { work, second } = await lostUnit();
  work.end();
  const taken = kept.claim({ key: "a", begin: work.begin, hooks: second.hooks });
  expect(await taken.output).toBe(OUTPUT);
  expect(work.calls).toHaveLength(1);
});

it.each([
  ["was cancelled", new Error("cancelled"), true],
  ["had not begun when the connection broke", new ConnectionLostError(), false],
])("ends with its lease when it %s", async (_when, reason, isBegun) => {
  const work = pool();
  const one = await lease("one");
  const claimed = kept.claim({ key: "a", begin: work.begin, hooks: one.hooks });
  if (isBegun) work.start();
  one.end(reason);
  await expect(claimed.output).rejects.toBe(reason);
  expect(work.calls[0]?.signal.aborted).toBe(true);
  await kept.leaveFolder(one.keepIn);
  expect(await exists(one.keepIn)).toBe(false);
});

it("ends after its time, and when the slave stops", async () => {
  kept = new KeptUnits({ keepMs: 20, stopped: stopped.signal });
  const [late, stoppedWork] = [pool(), pool()];
  for (const [key, work] of Object.entries({ late, stoppedWork })) {
    const one = await lease(key);
    if (key === "stoppedWork") kept = new KeptUnits({ keepMs: 60_000, stopped: stopped.signal });
    const claimed = kept.claim({ key, begin: work.begin, hooks: one.hooks });
    work.start();
    one.end(new ConnectionLostError());
    await expect(claimed.output).rejects.toThrow(ConnectionLostError);
  }
  await expect.poll(() => late.calls[0]?.signal.aborted).toBe(true);
  expect(stoppedWork.calls[0]?.signal.aborted).toBe(false);
  stopped.abort(new Error("stopped"));
  expect(stoppedWork.calls[0]?.signal.aborted).toBe(true);
});

it("belongs to the lease that asked last: an older one that leaves later does not end it", async () => {
  const work = pool();
  const [first, second] = [await lease("first"), await lease("second")];
  const older = kept.claim({ key: "a", begin: work.begin, hooks: first.hooks });
  work.start();
  const taken = kept.claim({ key: "a", begin: work.begin, hooks: second.hooks });
  first.end(new Error("cancelled"));
  await expect(older.output).rejects.toThrow("cancelled");
  older.release();
  work.end();
  expect(await taken.output).toBe(OUTPUT);
});
