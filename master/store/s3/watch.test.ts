import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { AppError } from "../../../shared/errors.ts";
import { FaultyProxy } from "../../../tests/fixtures/store/faultyProxy.ts";
import { KEYS, S3Server } from "../../../tests/fixtures/store/s3Server.ts";
import { openS3Store } from "./s3Store.ts";

let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start();
});
afterAll(() => server.end());

/** The watch looks every 5 s. */
const PATIENT = { timeout: 30_000, interval: 50 };

test.concurrent.each([
  [{ status: 403, code: "SignatureDoesNotMatch" }, "store_refused"],
  [{ status: 403, code: "AccessDenied" }, "store_refused"],
  [{ status: 404, code: "NoSuchBucket" }, "no_such_bucket"],
  [{ status: 403, code: "RequestTimeTooSkewed" }, "clock_wrong"],
  [{ status: 403, code: "QuotaExceeded" }, "no_space"],
  [{ status: 507, code: "XMinioStorageFull" }, "no_space"],
  [{ status: 503, code: "SlowDown" }, "store_unavailable"],
])("%j is the trouble %s until an object can be written again", async (fault, code) => {
  const proxy = await FaultyProxy.start(server.url);
  const place = { ...server.place(`${fault.code}/`), endpoint: proxy.url };
  const told: (string | undefined)[] = [];
  const onChange = (trouble: AppError | undefined) => void told.push(trouble?.code);
  const store = await openS3Store({ place, keys: KEYS, patienceMs: 3_000, onChange });
  expect(store.trouble).toBeUndefined();
  proxy.fault = fault;
  await expect(store.put(Buffer.from("x"))).rejects.toMatchObject({ code });
  expect(store.trouble).toMatchObject({ code });
  await vi.waitFor(() => expect(told).toHaveLength(1), PATIENT);
  proxy.fault = undefined;
  await vi.waitFor(() => expect(told).toHaveLength(2), PATIENT);
  expect([told, store.trouble]).toEqual([[code, undefined], undefined]);
  await store.close();
  proxy.end();
});

test("a server that goes away is noticed without any request, and so is its return", async () => {
  const store = await openS3Store({ place: server.place("watched/"), keys: KEYS, patienceMs: 3_000 });
  await server.kill();
  try {
    await vi.waitFor(() => expect(store.trouble).toBeDefined(), PATIENT);
    expect(store.trouble).toMatchObject({ code: "store_unavailable", status: 503, retryAfter: 5 });
  } finally {
    await server.start();
  }
  await vi.waitFor(() => expect(store.trouble).toBeUndefined(), PATIENT);
  await store.close();
});
