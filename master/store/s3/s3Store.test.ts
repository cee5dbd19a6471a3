import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KEYS, S3Server } from "../../../tests/fixtures/store/s3Server.ts";
import type { ByteStore } from "../port.ts";
import { storeContract } from "../store.contract.ts";
import { collect, expectStored, keysOf, sha256, slices } from "../stored.contract.ts";
import { checkBucket } from "./check.ts";
import { openBucket } from "./connection.ts";
import { openS3Store } from "./s3Store.ts";

let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start();
});
afterAll(() => server.end());

let prefixes = 0;
function newPrefix(): string {
  prefixes += 1;
  return `stores/${prefixes}/`;
}

const open = (prefix: string, patienceMs?: number): Promise<ByteStore> =>
  openS3Store({
    place: server.place(prefix),
    keys: KEYS,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });

storeContract("s3", async () => {
  const prefix = newPrefix();
  return { open: () => open(prefix), cleanUp: async () => undefined };
});

describe("objects in the bucket", () => {
  test("a stream of many parts comes back whole and by range, and lies in one object", async () => {
    const prefix = newPrefix();
    const store = await open(prefix);
    const bytes = randomBytes(13 * 2 ** 20 + 1);
    const { key, sha256: digest } = await store.put(Readable.from(slices(bytes, 65_536)), { group: "g" });
    expect(digest).toBe(sha256(bytes));
    await expectStored(store, key, bytes);
    const range = { start: 5 * 2 ** 20 - 3, end: 5 * 2 ** 20 + 3 };
    expect(await buffer(await store.get(key, range))).toEqual(bytes.subarray(range.start, range.end + 1));
    expect(await namesIn(`${prefix}objects`)).toHaveLength(1);
    await store.close();
  });

  test("small objects that come together share few objects of the bucket, which go with the last of them", async () => {
    const prefix = newPrefix();
    const store = await open(prefix);
    const put = await Promise.all(
      Array.from({ length: 500 }, (_, n) => store.put(Buffer.from(`text ${n}`), { group: "g" })),
    );
    expect((await namesIn(`${prefix}packs`)).length).toBeLessThan(10);
    await store.remove(put.slice(1).map(({ key }) => key));
    expect((await store.read(put[0]?.key ?? "")).toString()).toBe("text 0");
    await store.remove([put[0]?.key ?? ""]);
    for (const folder of ["packs", "removed", "objects"])
      expect(await namesIn(`${prefix}${folder}`)).toEqual([]);
    await store.close();
  });

  test("groups of two stores in one bucket stay apart", async () => {
    const [one, other] = [await open(newPrefix()), await open(newPrefix())];
    await one.put(Buffer.from("a"), { group: "mine" });
    expect(await collect(other.groups())).toEqual([]);
    expect(await keysOf(other, "mine")).toEqual([]);
    await one.close();
    await other.close();
  });

  test("a list of more objects than a server gives at a time is whole", { timeout: 120_000 }, async () => {
    const store = await open(newPrefix());
    const put = await Promise.all(
      Array.from({ length: 1_100 }, (_, n) => store.put(Buffer.from(`${n}`), { group: "g", smallBytes: 0 })),
    );
    expect((await keysOf(store, "g")).sort()).toEqual(put.map(({ key }) => key).sort());
    await store.close();
  });

  test("a flipped bit of a small object is damaged_object", async () => {
    const prefix = newPrefix();
    const { key } = await (await open(prefix)).put(Buffer.from("hello world"), { group: "g" });
    // Opened anew: the store before has the object in memory.
    const store = await open(prefix);
    const [name = ""] = await namesIn(`${prefix}packs`);
    const path = join(server.folder, `${prefix}packs`, name);
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(store.read(key)).rejects.toMatchObject({ code: "damaged_object" });
    expect(await store.isWhole(key)).toBe(false);
    await store.close();
  });
});

test("a name stands for the object that has it last, and only that one removes it", async () => {
  const prefix = newPrefix();
  const store = await openS3Store({ place: server.place(prefix), keys: KEYS, isNamed: true });
  const [small, large] = [randomBytes(100), randomBytes(200_000)];
  const { key: first } = await store.put(small, { group: "g" });
  const { key: second } = await store.put(large, { group: "g" });
  const name = "text/Grüße aus Köln-2.json";
  const lying = () => readFile(join(server.folder, `${prefix}results`, `${name}._S3rver_object`));
  for (const [key, bytes] of [
    [first, small],
    [second, large],
  ] as const) {
    await store.names?.put(name, key);
    expect(await lying()).toEqual(bytes);
    expect(await store.names?.has(name, key)).toBe(true);
  }
  expect(await store.names?.has(name, first)).toBe(false);
  await store.names?.remove(name, first);
  expect(await lying()).toEqual(large);
  await store.names?.remove(name, second);
  await expect(lying()).rejects.toMatchObject({ code: "ENOENT" });
  await store.close();
});

describe("a server that goes away", () => {
  test("puts, reads and removals wait for its return", async () => {
    const store = await open(newPrefix());
    const large = randomBytes(200_000);
    const before = await store.put(large, { group: "g" });
    await server.kill();
    const waiting = Promise.all([
      store.put(Buffer.from("small"), { group: "g" }),
      store.put(large, { group: "g" }),
      store.read(before.key),
    ]);
    await sleep(1_500);
    await server.start();
    const [small, second, read] = await waiting;
    expect(read.equals(large)).toBe(true);
    await expectStored(store, small.key, Buffer.from("small"));
    await expectStored(store, second.key, large);
    await store.close();
  });

  test("a stream goes on where it broke", async () => {
    const store = await open(newPrefix());
    const bytes = randomBytes(30 * 2 ** 20);
    const { key } = await store.put(bytes);
    const stream = await store.get(key);
    const first = await new Promise<Buffer>((resolve) => {
      stream.once("data", (chunk: Buffer) => {
        stream.pause();
        resolve(chunk);
      });
    });
    await server.kill();
    await server.start();
    expect(sha256(Buffer.concat([first, await buffer(stream)]))).toBe(sha256(bytes));
    await store.close();
  });

  test("what waits too long is store_unavailable with Retry-After, and says nothing of an object", async () => {
    const store = await open(newPrefix(), 500);
    const { key } = await store.put(randomBytes(100_000));
    await server.kill();
    const told = { code: "store_unavailable", status: 503, retryAfter: 5 };
    try {
      for (const work of [
        () => store.put(Buffer.from("x")),
        () => store.put(randomBytes(100_000)),
        () => store.get(key),
        () => store.read(key),
        () => store.stat(key),
        () => store.isWhole(key),
        () => store.remove([key]),
      ])
        await expect(work()).rejects.toMatchObject(told);
    } finally {
      await server.start();
    }
    expect(await store.isWhole(key)).toBe(true);
    await store.close();
  });
});

describe("the check at the start", () => {
  test("a key that the server does not know is store_refused, and neither sentence nor cause repeats its secret", async () => {
    const keys = { accessKeyId: "unknown", secretAccessKey: "hunter2" };
    const error = await refusal(openS3Store({ place: server.place(newPrefix()), keys }));
    expect(error).toMatchObject({
      code: "store_refused",
      message: expect.stringMatching(
        /^The bucket manyhands at http.* refuses access\. Check STORE_ACCESS_KEY/,
      ),
    });
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`).not.toMatch(/hunter2/);
  });

  test("a bucket that does not exist is no_such_bucket", async () => {
    const place = server.place("", "nothing-here");
    expect(await refusal(openS3Store({ place, keys: KEYS }))).toMatchObject({
      code: "no_such_bucket",
      message: expect.stringMatching(/^The bucket nothing-here at http.* does not exist\. Create it/),
    });
  });

  test("a server that does not answer is store_unavailable", async () => {
    const place = { ...server.place(""), endpoint: "http://127.0.0.1:1" };
    expect(await refusal(openS3Store({ place, keys: KEYS, patienceMs: 300 }))).toMatchObject({
      code: "store_unavailable",
      message: expect.stringMatching(/^The bucket manyhands at http:\/\/127\.0\.0\.1:1 does not answer\./),
    });
  });

  test("a clock that is an hour off is clock_wrong", async () => {
    const place = server.place(newPrefix());
    const bucket = await openBucket({ place, keys: KEYS }, new AbortController().signal);
    const check = { bucket, place, run: "r1" };
    await checkBucket(check);
    const hour = () => Date.now() + 3_600_000;
    expect(await refusal(checkBucket({ ...check, now: hour }))).toMatchObject({
      code: "clock_wrong",
      message: expect.stringMatching(/another time than this machine.*60 minutes/),
    });
    bucket.close();
  });
});

async function refusal(opening: Promise<unknown>): Promise<Error> {
  try {
    await opening;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was refused");
}

/** Files of the server that hold the objects of a folder of the bucket. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(join(server.folder, folder)).catch(() => []);
  return names.filter((name) => name.endsWith("_object"));
}
