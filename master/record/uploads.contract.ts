import { expect, test } from "vitest";
import type { RecordRun } from "./fixtures.contract.ts";
import type { UploadRecord } from "./uploads.ts";

const UPLOAD: UploadRecord = {
  id: "a",
  client: "ann",
  metadata: "filename bsO2LnR4dA==",
  length: 2 ** 40,
  received: 0,
  pieces: [],
  sha256: undefined,
  job: undefined,
  createdAt: 1_700_000_000_000,
  expiresAt: 1_700_000_100_000,
};
const WHOLE = { from: 0, received: UPLOAD.length, pieces: ["x", "y"], sha256: "ab", expiresAt: 5 };
const TAKEN = { job: "01A", before: undefined, sha256: "ab", expiresAt: 30 };

/** Laws of files that come in several requests. */
export function keepsUploads(run: RecordRun): void {
  const uploads = () => run.jobs.uploads;

  test("an upload is the same after a restart, and another id has none", async () => {
    await uploads().create(UPLOAD);
    await uploads().create({ ...UPLOAD, id: "b", client: undefined });
    await run.reopen();
    expect(await uploads().get("a")).toEqual(UPLOAD);
    expect((await uploads().get("b"))?.client).toBeUndefined();
    expect(await uploads().get("c")).toBeUndefined();
  });

  test("of two that grow an upload from the same place one succeeds", async () => {
    await uploads().create(UPLOAD);
    const growths = [3, 4].map((received) => ({ ...WHOLE, received, pieces: [String(received)] }));
    const grown = await Promise.all(growths.map((growth) => uploads().extend("a", growth)));
    expect(grown.toSorted()).toEqual([false, true]);
    const received = grown[0] ? 3 : 4;
    await run.reopen();
    expect(await uploads().get("a")).toMatchObject({ received, pieces: [String(received)], expiresAt: 5 });
    expect(await uploads().extend("c", WHOLE)).toBe(false);
  });

  test("a job gets a whole upload only, and one job gets it", async () => {
    await uploads().create(UPLOAD);
    expect(await uploads().use("a", TAKEN)).toBe(false);
    await uploads().extend("a", WHOLE);
    const used = await Promise.all(["01A", "01B"].map((job) => uploads().use("a", { ...TAKEN, job })));
    expect(used.toSorted()).toEqual([false, true]);
    const { job, expiresAt } = (await uploads().get("a")) ?? {};
    expect([job, expiresAt]).toEqual([used[0] ? "01A" : "01B", 30]);
    expect(await uploads().extend("a", { ...WHOLE, from: UPLOAD.length })).toBe(false);
    expect(await uploads().use("a", { ...TAKEN, job: undefined, before: job })).toBe(true);
    expect(await uploads().get("a")).toMatchObject({ job: undefined, sha256: "ab" });
  });

  test("uploads that no job has are counted, and those that expired are told in order", async () => {
    expect(await uploads().open("ann")).toEqual({ uploads: 0, bytes: 0, own: 0 });
    for (const [id, expiresAt] of Object.entries({ a: 30, b: 10, c: 20 }))
      await uploads().create({ ...UPLOAD, id, expiresAt, client: id === "b" ? "ben" : "ann" });
    await uploads().extend("a", { ...WHOLE, expiresAt: 30 });
    await uploads().extend("b", { ...WHOLE, received: 7, expiresAt: 10 });
    await uploads().use("a", TAKEN);
    expect(await uploads().open("ann")).toEqual({ uploads: 2, bytes: 7, own: 1 });
    expect(await uploads().open()).toEqual({ uploads: 2, bytes: 7, own: 0 });
    expect((await uploads().expired(30, 9)).map(({ id }) => id)).toEqual(["b", "c"]);
    expect((await uploads().expired(31, 1)).map(({ id }) => id)).toEqual(["b"]);
    await uploads().remove("b");
    await uploads().remove("b");
    expect(await uploads().get("b")).toBeUndefined();
  });
}
