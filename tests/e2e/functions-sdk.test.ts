import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, disconnect, type FleetClient, FunctionError, map, run } from "../../cli/sdk/index.ts";
import { runCli } from "../standin/runCli.ts";
import { type RunningFleet, startFleet } from "./fleet.ts";

let running: RunningFleet;
let fleet: FleetClient;
beforeAll(async () => {
  running = await startFleet({ FLEET_TOKEN: "secret", ALLOW_FUNCTIONS: "trusted" });
  await Promise.all([running.slave(), running.slave()]);
  await running.alive(2);
  fleet = await connect({ master: running.master.url, functions: { mode: "trusted" } });
});
afterAll(async () => await running.stop());

async function jobs(): Promise<number> {
  return (await fleet.jobs.list()).total ?? 0;
}

test("a map is a list in the order of its items, and an iterable of their ends", async () => {
  const xs = Array.from({ length: 100 }, (_, at) => at);
  const squares = fleet.map((x, plus) => x ** 2 + plus, xs, { args: [1] });
  expect(await squares).toEqual(xs.map((x) => x ** 2 + 1));
  const seen = [];
  for await (const { index, value } of squares) seen.push([index, value]);
  expect(seen.toSorted(([a = 0], [b = 0]) => a - b)).toEqual(xs.map((x) => [x, x ** 2 + 1]));
  expect(await fleet.map((x) => x, [])).toEqual([]);
});

test("an error costs the other items nothing, and carries name, message, stack, code and index", async () => {
  const picky = (x: number) => {
    if (x === 3) throw new RangeError("no threes");
    return x;
  };
  const list = await fleet.map(picky, [1, 2, 3, 4], { errors: "return" });
  expect([list[0], list[1], list[3]]).toEqual([1, 2, 4]);
  const error: unknown = list[2];
  expect(error).toBeInstanceOf(FunctionError);
  expect(error).toMatchObject({ index: 2, name: "RangeError", message: "no threes", code: "thrown" });
  expect(String((error as Error).stack)).toMatch(/function\.js:\d/);
  await expect(fleet.map(picky, [1, 2, 3])).rejects.toMatchObject({ index: 2, message: "no threes" });
});

test("starmap spreads items, forEach gives nothing, run is one call, console output comes back", async () => {
  expect(
    await fleet.starmap((a: number, b: number) => a * b, [
      [2, 3],
      [4, 5],
    ] as const),
  ).toEqual([6, 20]);
  expect(await fleet.forEach((x) => void x, [1, 2])).toBeUndefined();
  expect(
    await fleet.run(async (a: number, b: Map<string, bigint>) => [a, b], 1, new Map([["k", 2n]])),
  ).toEqual([1, new Map([["k", 2n]])]);
  const lines: string[] = [];
  const log = (x: number) => console.log("seen", x);
  await fleet.map(log, [7, 8], { onConsole: ({ index, text }) => lines.push(`${index} ${text}`) });
  expect(lines.toSorted()).toEqual(["0 seen 7", "1 seen 8"]);
});

test("the functions of the module use the fleet that was connected last", async () => {
  expect(await map((x: number) => -x, [1, 2])).toEqual([-1, -2]);
  expect(await run((x: number) => -x, 5)).toBe(-5);
  disconnect();
  expect(() => map((x: number) => x, [1])).toThrow("await connect");
  fleet = await connect({ master: running.master.url, functions: { mode: "trusted" } });
});

test("what does not travel is reported before anything is sent", async () => {
  const before = await jobs();
  const rate = 2;
  await expect(fleet.map((x: number) => x * rate, [1])).rejects.toThrow("rate (line 1)");
  await expect(fleet.map((x: unknown) => x, [() => 1])).rejects.toMatchObject({ code: "bad_item" });
  expect(await jobs()).toBe(before);
});

test("a spawned call is found by its id, also from another client, and can be cancelled", async () => {
  const { id } = await fleet.spawn((a: number, b: number) => a + b, 20, 22);
  const other = await connect({ master: running.master.url });
  expect(await other.spawned(id).get()).toBe(42);
  const endless = await fleet.spawn(() => {
    for (;;);
  });
  await expect(endless.get({ timeout: 0.2 })).rejects.toThrow();
  await endless.cancel();
  await expect(endless.get()).rejects.toMatchObject({ code: "cancelled" });
});

test("an abort cancels the job and rejects with its reason", async () => {
  const abort = new AbortController();
  const endless = fleet.map(
    () => {
      for (;;);
    },
    [1, 2, 3],
    { signal: abort.signal },
  );
  const job = await endless.job;
  const ended = expect(endless).rejects.toThrow("enough");
  abort.abort(new Error("enough"));
  await ended;
  await expect.poll(async () => (await job?.refresh())?.state, { timeout: 20_000 }).toBe("cancelled");
});

const slow = (x: number) => {
  const end = Date.now() + 150;
  while (Date.now() < end);
  return x * 3;
};
const xs = Array.from({ length: 60 }, (_, at) => at);

test("a map goes on after a slave was killed", async () => {
  const third = await running.slave();
  await running.alive(3);
  const tripled = fleet.map(slow, xs);
  for await (const _end of tripled) break;
  await third.kill("SIGKILL");
  expect(await tripled).toEqual(xs.map((x) => x * 3));
}, 120_000);

test("a map goes on after its master was killed and started again", async () => {
  const tripled = fleet.map(slow, xs);
  await tripled.job;
  for await (const _end of tripled) break;
  await running.master.kill("SIGKILL");
  await running.restartMaster();
  expect(await tripled).toEqual(xs.map((x) => x * 3));
}, 120_000);

const FUNCTIONS: readonly ((x: unknown) => unknown)[] = [
  (x) => x,
  (x) => [x, typeof x],
  (x) => (typeof x === "number" ? x * 2 : { of: x }),
  (x) => new Map([[typeof x, new Set([x])]]),
  (x) => (typeof x === "string" ? x.split("").reverse().join("") : undefined),
];

test("for pure functions and any values, a map over the fleet is a map", async () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.double(),
    fc.bigInt(),
    fc.date(),
    fc.constant(undefined),
    fc.uint8Array(),
    fc.array(fc.oneof(fc.integer(), fc.constant(-0))).map((list) => new Set(list)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...FUNCTIONS),
      fc.array(value, { maxLength: 40 }),
      fc.constantFrom("sandbox", "trusted" as const),
      async (fn, xs, mode) => {
        expect(await fleet.map(fn, xs, { mode })).toStrictEqual(xs.map((x) => fn(x)));
      },
    ),
    { numRuns: 15 },
  );
}, 180_000);

async function cli(...args: readonly string[]) {
  return await runCli([...args, "--master", running.master.url], { cwd: running.folder });
}

test("the command line calls a function with a range, a file, or lines", async () => {
  expect(await cli("run", "-e", "x => x ** 2", "--items", "1..4")).toMatchObject({
    code: 0,
    stdout: "1\n4\n9\n16\n",
  });
  await writeFile(
    join(running.folder, "script.mjs"),
    "export default ({ n }, f) => { console.log(n); return n * f; };\n",
  );
  await writeFile(join(running.folder, "items.csv"), "n,m\n2,x\n3,y\n");
  const ran = await cli("run", "script.mjs", "--items", "items.csv", "--args", "[10]", "--mode", "trusted");
  expect(ran).toMatchObject({ code: 0, stdout: "20\n30\n" });
  expect(ran.stderr).toContain("[1] 3");
  await writeFile(join(running.folder, "items.json"), '[1, "a", 3]');
  const out = await cli("run", "-e", "x => x.toFixed(1)", "--items", "items.json", "--out", "out.ndjson");
  expect(out.code).toBe(1);
  expect(out.stderr).toContain("3 items, 1 failed");
  const { readFile } = await import("node:fs/promises");
  const lines = (await readFile(join(running.folder, "out.ndjson"), "utf8")).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { index: 0, value: "1.0" },
    { index: 1, error: { code: "thrown", name: "TypeError" } },
    { index: 2, value: "3.0" },
  ]);
});

test("the command line says what is wrong with a function or its items", async () => {
  expect(await cli("run", "-e", "x => x * y", "--items", "1..2")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("y (line 1)"),
  });
  expect(await cli("run", "--items", "1..2")).toMatchObject({ code: 2 });
  for (const missing of ["nothing.json", "nothing.csv", "nothing.txt"])
    expect(await cli("run", "-e", "x => x", "--items", missing)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${missing}: There is no such file.`),
    });
});
