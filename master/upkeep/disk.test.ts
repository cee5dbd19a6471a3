import { once } from "node:events";
import { expect, test } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { createLogger } from "../../shared/logger.ts";
import { DiskWatch } from "./disk.ts";

test("an upload that would leave too little room is refused before it begins", async () => {
  const disk = watch(() => 1_000);
  const { release } = await disk.admit(500);
  release();
  await expect(disk.admit(501)).rejects.toMatchObject({ code: "no_space", status: 507 });
});

test("the fullest of the disks counts", async () => {
  const disk = watch((folder) => (folder === "/a" ? 499 : 1e9));
  await expect(disk.admit(0)).rejects.toMatchObject({ code: "no_space" });
});

test("an upload is ended when the disk fills up while it comes in", async () => {
  let free = 1_000;
  const { signal, release } = await watch(() => free).admit(0);
  free = 400;
  await once(signal, "abort");
  expect(signal.reason).toMatchObject({ code: "no_space", status: 507 });
  release();
});

test.each([
  new AppError("no_space", "Full.", { status: 507 }),
  Object.assign(new Error("write"), { code: "ENOSPC" }),
])("accepted work waits for room: %s", async (full) => {
  let tries = 0;
  const disk = watch(() => 0);
  const done = disk.patiently(async () => {
    tries += 1;
    if (tries < 3) throw full;
    return "done";
  });
  expect(await done).toBe("done");
  expect(tries).toBe(3);
});

test("another error is told at once, and so is a full disk when the master stops", async () => {
  const disk = watch(() => 0);
  await expect(disk.patiently(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  const waiting = disk.patiently(() => Promise.reject(new AppError("no_space", "Full.")));
  disk.stop();
  await expect(waiting).rejects.toMatchObject({ code: "no_space" });
});

function watch(free: (folder: string) => number): DiskWatch {
  return new DiskWatch({
    folders: ["/a", "/b"],
    minFreeBytes: 500,
    logger: createLogger("test", "silent"),
    free: async (folder) => free(folder),
  });
}
