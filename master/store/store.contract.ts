import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ByteStore, StoredObject } from "./port.ts";
import { collect, expectSame, expectStored, keysOf, SIZES, sha256, slices } from "./stored.contract.ts";

/** What a driver gives the contract: stores that share their objects, as before and after a restart of a process. */
export interface StoreUnderTest {
  /** Called again after a `close`, or without one as after a kill: the store before is then no longer used. */
  open(): Promise<ByteStore>;
  cleanUp(): Promise<void>;
}

/** The laws of ByteStore, for every driver. */
export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`store: ${name}`, () => {
    let place: StoreUnderTest;
    let store: ByteStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.cleanUp();
    });
    const reopen = async () => {
      await store.close();
      store = await place.open();
    };
    const now = () => store;
    objectsAreWhole(now, reopen);
    rangesAreParts(now);
    flushedObjectsStay(now, reopen);
    failedPutsLeaveNothing(now);
    removedIsGone(now, reopen);
    behavesLikeAMap(make);
  });
}

function objectsAreWhole(store: () => ByteStore, reopen: () => Promise<void>): void {
  test.each(SIZES)("%i bytes come back as they were put, as a stream and as bytes", async (size) => {
    const bytes = randomBytes(size);
    const streamed = await store().put(Readable.from(slices(bytes, 10_007)));
    const whole = await store().put(bytes, { group: "job-1" });
    for (const stored of [streamed, whole]) {
      expect(stored).toEqual({ key: stored.key, bytes: size, sha256: sha256(bytes) });
      await expectStored(store(), stored.key, bytes);
    }
  });

  test("objects are there after a restart, and no key is given again", async () => {
    const before = await fill(store(), 20);
    await reopen();
    const after = await fill(store(), 20);
    expect(new Set([...before, ...after].map(({ key }) => key)).size).toBe(40);
    for (const { key, content } of [...before, ...after]) await expectStored(store(), key, content);
  });

  test("200 puts at the same time all come back", async () => {
    const contents = Array.from({ length: 200 }, (_, place) =>
      Buffer.from(`object ${place} `.repeat(place * 7)),
    );
    const stored = await Promise.all(contents.map((content) => store().put(content, { group: "job-2" })));
    await store().flush();
    for (const [place, { key }] of stored.entries()) {
      expectSame(await store().read(key), contents[place]);
    }
  });

  test("a key that was never given holds nothing", async () => {
    const keys = ["", ".", "../../etc/passwd", "a/b", "job.p0-1.0.5", "job.f0-1.5", "job.f../x-1.5", "x\0y"];
    for (const key of keys) {
      expect(await store().stat(key)).toBeUndefined();
      expect(await store().isWhole(key)).toBe(false);
      await expect(store().read(key)).rejects.toMatchObject({ code: "not_stored" });
      await expect(store().get(key)).rejects.toMatchObject({ code: "not_stored" });
    }
    await store().remove(keys);
  });

  test.each(["", "a/b", "..", "a.b", "ü", "a".repeat(101)])("the group %j is refused", async (group) => {
    await expect(store().put(Buffer.from("x"), { group })).rejects.toMatchObject({ code: "bad_group" });
  });
}

function rangesAreParts(store: () => ByteStore): void {
  test.each([5_000, 900_000])("a range of %i bytes is that part, cut at the end", async (size) => {
    const bytes = randomBytes(size);
    const { key } = await store().put(bytes);
    for (const [start, end] of [
      [0, 0],
      [10, 99],
      [size - 5, size - 1],
      [size - 5, size + 500],
      [0, size],
    ] as const) {
      expectSame(await buffer(await store().get(key, { start, end })), bytes.subarray(start, end + 1));
    }
    expect(await buffer(await store().get(key, { start: size, end: size + 1 }))).toHaveLength(0);
  });

  test("a stream that is not read to its end can be left", async () => {
    const { key } = await store().put(randomBytes(2_000_000));
    const stream = await store().get(key);
    for await (const _ of stream) break;
    expect(stream.destroyed).toBe(true);
    (await store().get(key)).destroy();
  });
}

function flushedObjectsStay(store: () => ByteStore, reopen: () => Promise<void>): void {
  test("flush at the same time resolves for all callers", async () => {
    await fill(store(), 5);
    await Promise.all(Array.from({ length: 20 }, () => store().flush()));
    await store().flush();
  });

  test.each(SIZES)(
    "%i bytes that were put as not durable are stored alike, and stay after flushAll",
    async (size) => {
      const bytes = randomBytes(size);
      const { key } = await store().put(bytes, { group: "g", durable: false });
      await store().flush();
      await expectStored(store(), key, bytes);
      await store().flushAll();
      await reopen();
      await expectStored(store(), key, bytes);
      expect(await keysOf(store(), "g")).toEqual([key]);
    },
  );
}

function failedPutsLeaveNothing(store: () => ByteStore): void {
  test.each([100, 70_000, 2_000_000])(
    "a stream beyond the limit of %i bytes is too_large and leaves nothing",
    async (limit) => {
      const fits = await store().put(Readable.from(slices(randomBytes(limit), 9_999)), { group: "g", limit });
      const endless = Readable.from(zeros());
      await expect(store().put(endless, { group: "g", limit })).rejects.toMatchObject({
        code: "too_large",
        status: 413,
        details: { limit },
      });
      expect(endless.destroyed).toBe(true);
      await expect(store().put(Buffer.alloc(limit + 1), { group: "g", limit })).rejects.toMatchObject({
        code: "too_large",
      });
      expect(await keysOf(store(), "g")).toEqual([fits.key]);
    },
  );

  test.each([10, 3_000_000])("a stream that fails after %i bytes leaves nothing", async (size) => {
    const failing = Readable.from(failAfter(size));
    await expect(store().put(failing, { group: "g" })).rejects.toThrow("the client went away");
    expect(await keysOf(store(), "g")).toEqual([]);
  });

  test("an aborted put rejects with the reason, destroys its stream and leaves nothing", async () => {
    const controller = new AbortController();
    const silent = new Readable({ read: () => undefined });
    silent.push(Buffer.alloc(700_000));
    const put = store().put(silent, { group: "g", signal: controller.signal });
    const told = expect(put).rejects.toThrow("no longer wanted");
    await turn();
    controller.abort(new Error("no longer wanted"));
    await told;
    expect(silent.destroyed).toBe(true);
    await expect(store().put(Buffer.from("x"), { group: "g", signal: controller.signal })).rejects.toThrow(
      "no longer wanted",
    );
    expect(await keysOf(store(), "g")).toEqual([]);
  });
}

function removedIsGone(store: () => ByteStore, reopen: () => Promise<void>): void {
  test("what is removed is gone, for good, and the rest stays", async () => {
    const objects = await fill(store(), 90);
    const gone = objects.filter((_, place) => place % 3 === 0);
    const kept = objects.filter((_, place) => place % 3 !== 0);
    await store().remove(gone.map(({ key }) => key));
    for (const after of ["now", "after a restart"]) {
      for (const { key } of gone) {
        expect(await store().stat(key), after).toBeUndefined();
        expect(await store().isWhole(key), after).toBe(false);
        await expect(store().read(key), after).rejects.toMatchObject({ code: "not_stored" });
      }
      for (const { key, content } of kept) await expectStored(store(), key, content);
      expect((await keysOf(store(), "filled")).sort()).toEqual(kept.map(({ key }) => key).sort());
      await reopen();
    }
  });

  test("removing what is gone is no error, and nothing else goes with it", async () => {
    const [first, second] = await fill(store(), 2);
    if (first === undefined || second === undefined) throw new Error("nothing was put");
    await Promise.all([store().remove([first.key, first.key]), store().remove([first.key])]);
    await store().remove([first.key]);
    await reopen();
    await store().remove([first.key]);
    await expectStored(store(), second.key, second.content);
  });

  test("groups tells of each group that holds something", async () => {
    expect(await collect(store().groups())).toEqual([]);
    const a = await store().put(Buffer.from("a"), { group: "small" });
    await store().put(randomBytes(100_000), { group: "large" });
    const both = await store().put(randomBytes(100_000), { group: "small" });
    expect((await collect(store().groups())).sort()).toEqual(["large", "small"]);
    await store().remove([a.key, both.key]);
    expect(await collect(store().groups())).toEqual(["large"]);
  });
}

type Command =
  | { readonly do: "put"; readonly size: number; readonly group: string }
  | { readonly do: "remove"; readonly which: number }
  | { readonly do: "removeGroup"; readonly group: string }
  | { readonly do: "restart" }
  | { readonly do: "kill" };

const group = fc.constantFrom("a", "b");
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("put" as const), size: fc.nat(3_000), group }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("remove" as const), which: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("removeGroup" as const), group }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("kill" as const) }) },
);

function behavesLikeAMap(make: () => Promise<StoreUnderTest>): void {
  test("any row of puts, removals, restarts and kills leaves what a map would hold", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        const place = await make();
        const run = { place, store: await place.open(), model: new Map<string, Buffer>() };
        for (const each of commands) await perform(run, each);
        await expectLikeModel(run);
        await run.store.close();
        await place.cleanUp();
      }),
      { numRuns: 25 },
    );
  });
}

interface ModelRun {
  readonly place: StoreUnderTest;
  store: ByteStore;
  readonly model: Map<string, Buffer>;
}

async function perform(run: ModelRun, command: Command): Promise<void> {
  if (command.do === "put") {
    const bytes = randomBytes(command.size);
    const { key } = await run.store.put(bytes, { group: command.group });
    expect(run.model.has(key)).toBe(false);
    run.model.set(key, bytes);
    return;
  }
  if (command.do === "remove")
    return await forget(run, [...run.model.keys()].slice(command.which, command.which + 3));
  if (command.do === "removeGroup") return await forget(run, await keysOf(run.store, command.group));
  if (command.do === "restart") await run.store.close();
  run.store = await run.place.open();
}

async function forget(run: ModelRun, keys: readonly string[]): Promise<void> {
  await run.store.remove(keys);
  for (const key of keys) run.model.delete(key);
}

async function expectLikeModel({ store, model }: ModelRun): Promise<void> {
  const keys = [...(await keysOf(store, "a")), ...(await keysOf(store, "b"))];
  expect(keys.sort()).toEqual([...model.keys()].sort());
  for (const [key, bytes] of model) expectSame(await store.read(key), bytes);
}

function* zeros(): Generator<Buffer> {
  while (true) yield Buffer.alloc(30_000);
}

function* failAfter(size: number): Generator<Buffer> {
  for (let sent = 0; sent < size; sent += 50_000) yield Buffer.alloc(Math.min(50_000, size - sent));
  throw new Error("the client went away");
}

async function fill(
  store: ByteStore,
  count: number,
): Promise<(StoredObject & { readonly content: Buffer })[]> {
  const contents = Array.from({ length: count }, (_, place) =>
    randomBytes(place % 10 === 9 ? 70_000 : 10 + place),
  );
  return await Promise.all(
    contents.map(async (content) => ({ ...(await store.put(content, { group: "filled" })), content })),
  );
}
