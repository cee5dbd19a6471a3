import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openS3Store } from "../../master/store/s3/s3Store.ts";
import { storeContract } from "../../master/store/store.contract.ts";
import { expectStored, keysOf, slices } from "../../master/store/stored.contract.ts";
import { SWIFT_KEYS, SwiftServer } from "../fixtures/store/swiftServer.ts";
import { assign, startFleet } from "./fleet.ts";
import { longText, sentBy } from "./sentBytes.ts";

/** The store on a server that many run, which checks signatures. */
let server: SwiftServer;
beforeAll(async () => {
  server = await SwiftServer.start();
}, 120_000);
afterAll(() => server.end());

let prefixes = 0;
function newPrefix(): string {
  prefixes += 1;
  return `stores/${prefixes}/`;
}
/** Four processes of Python start anew within the patience, on a busy machine too. */
const PATIENCE_MS = 120_000;
const open = (prefix: string) =>
  openS3Store({ place: server.place(prefix), keys: SWIFT_KEYS, patienceMs: PATIENCE_MS });

storeContract("s3 on swift", async () => {
  const prefix = newPrefix();
  return { open: () => open(prefix), cleanUp: async () => undefined };
});

test("a stream of many parts comes back whole and by range, and is removed with its parts", async () => {
  const store = await open(newPrefix());
  const bytes = randomBytes(13 * 2 ** 20 + 1);
  const { key } = await store.put(Readable.from(slices(bytes, 65_536)), { group: "g" });
  await expectStored(store, key, bytes);
  const range = { start: 5 * 2 ** 20 - 3, end: 5 * 2 ** 20 + 3 };
  expect(await buffer(await store.get(key, range))).toEqual(bytes.subarray(range.start, range.end + 1));
  await store.remove([key]);
  expect(await keysOf(store, "g")).toEqual([]);
  await store.close();
});

test("a signed address gives an object by range, and results lie under their names", async () => {
  const prefix = newPrefix();
  const connection = { place: server.place(prefix), keys: SWIFT_KEYS, isLinked: true, isNamed: true };
  const store = await openS3Store({ ...connection, patienceMs: PATIENCE_MS });
  const bytes = randomBytes(200_000);
  const [{ key: large }, { key: small }] = [await store.put(bytes), await store.put(bytes.subarray(0, 9))];
  const link = await store.links?.linkTo(large, { type: "image/png", disposition: "attachment" });
  const answer = await fetch(link ?? "", { headers: { range: "bytes=5-99" } });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([206, "image/png"]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes.subarray(5, 100));
  expect((await fetch((link ?? "").replace(/X-Amz-Signature=./, "X-Amz-Signature=g"))).status).toBe(403);
  for (const key of [large, small]) {
    await store.names?.put("text/Grüße 2.json", key);
    expect(await store.names?.has("text/Grüße 2.json", key)).toBe(true);
  }
  await store.names?.remove("text/Grüße 2.json", small);
  expect(await store.names?.has("text/Grüße 2.json", small)).toBe(false);
  await store.close();
});

test("a slave fetches a large input by an address that the server checks", { timeout: 120_000 }, async () => {
  const fleet = await startFleet({
    STORE_URL: `s3://${server.place("").bucket}/${newPrefix()}?endpoint=${server.url}&path_style=true`,
    STORE_ACCESS_KEY: SWIFT_KEYS.accessKeyId,
    STORE_SECRET_KEY: SWIFT_KEYS.secretAccessKey,
  });
  try {
    await fleet.slave({ SLAVE_STORE_URL: server.url });
    await fleet.alive(1);
    const before = await sentBy(fleet.master);
    const files = ["0.txt", "1.txt"].map((name) => ({ name, body: longText() }));
    const { body } = await assign(fleet.master.url, files, { task: "text" });
    expect(body.files.map(({ state }) => state)).toEqual(["done", "done"]);
    expect((await sentBy(fleet.master)) - before).toBeLessThan(40_000);
  } finally {
    await fleet.stop();
  }
});

test("puts and reads wait while the server is stopped, and find what was acknowledged", {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  const store = await open(newPrefix());
  const large = randomBytes(200_000);
  const before = await store.put(large, { group: "g" });
  await server.kill();
  const waiting = Promise.all([store.put(Buffer.from("small"), { group: "g" }), store.read(before.key)]);
  await sleep(1_000);
  await server.start();
  const [small, read] = await waiting;
  expect(read.equals(large)).toBe(true);
  await expectStored(store, small.key, Buffer.from("small"));
  await store.close();
});

test("a wrong secret is store_refused, and neither sentence nor cause repeats it", async () => {
  const keys = { accessKeyId: SWIFT_KEYS.accessKeyId, secretAccessKey: "hunter2" };
  const opening = openS3Store({ place: server.place(newPrefix()), keys });
  const error = await opening.then(
    () => undefined,
    (refused: Error) => refused,
  );
  expect(error).toMatchObject({
    code: "store_refused",
    message: expect.stringMatching(/^The bucket manyhands at http.* refuses access\. Check STORE_ACCESS_KEY/),
  });
  expect(`${error?.message} ${String(error?.cause)} ${JSON.stringify(error)}`).not.toMatch(/hunter2/);
});

test("a bucket that does not exist is no_such_bucket", async () => {
  const opening = openS3Store({ place: server.place("", "nothing-here"), keys: SWIFT_KEYS });
  await expect(opening).rejects.toMatchObject({ code: "no_such_bucket" });
});
