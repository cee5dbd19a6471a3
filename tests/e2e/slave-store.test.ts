import { afterAll, beforeAll, expect, test } from "vitest";
import { S3Server } from "../fixtures/store/s3Server.ts";
import { assign, type RunningFleet, startFleet } from "./fleet.ts";
import { longText, sentBy } from "./sentBytes.ts";

/** Slaves that fetch inputs from the bucket themselves (SLAVE_STORE_URL). */
let bucket: S3Server;
let fleet: RunningFleet;
beforeAll(async () => {
  bucket = await S3Server.start();
  fleet = await startFleet({ ...bucket.variables("slaves"), LOG_LEVEL: "info" });
}, 60_000);
afterAll(async () => {
  await fleet?.stop();
  await bucket?.end();
});

async function done(count: number): Promise<void> {
  const files = Array.from({ length: count }, (_, n) => ({ name: `${n}.txt`, body: longText() }));
  const { body } = await assign(fleet.master.url, files, { task: "text" });
  expect(body.files.map(({ state }) => state)).toEqual(files.map(() => "done"));
}

const sentToSlaves = () => sentBy(fleet.master);
const logged = () => fleet.master.log.join("");

test("a slave fetches large inputs itself, and the master sends their bytes no more", {
  timeout: 60_000,
}, async () => {
  const slave = await fleet.slave({ SLAVE_STORE_URL: bucket.url });
  await fleet.alive(1);
  const before = await sentToSlaves();
  await done(4);
  expect((await sentToSlaves()) - before).toBeLessThan(40_000);
  expect(logged()).toContain("fetches large inputs from the bucket itself");
  await slave.kill("SIGTERM");
});

test("one whose SLAVE_STORE_URL is another address is sent bytes, and the master says which would be right", {
  timeout: 60_000,
}, async () => {
  const slave = await fleet.slave({ SLAVE_STORE_URL: "http://127.0.0.1:9" });
  await fleet.alive(1);
  const before = await sentToSlaves();
  await done(2);
  expect((await sentToSlaves()) - before).toBeGreaterThan(2 * 300_000);
  expect(logged()).toContain(
    `may fetch inputs from http://127.0.0.1:9, but the bucket is at ${bucket.url}: they are sent`,
  );
  await slave.kill("SIGTERM");
});

test("a slave that connects out fetches them, too", { timeout: 60_000 }, async () => {
  await fleet.slave({ SLAVE_STORE_URL: bucket.url, SLAVE_CONNECT: "out" });
  await fleet.alive(1);
  const before = await sentToSlaves();
  await done(4);
  expect((await sentToSlaves()) - before).toBeLessThan(40_000);
});
