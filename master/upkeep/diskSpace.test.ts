import { once } from "node:events";
import { expect, test } from "vitest";
import { AppError, UnavailableError } from "../../shared/errors.ts";
import { createLogger } from "../../shared/logger.ts";
import { DiskSpace } from "./diskSpace.ts";

test("an upload is refused before it begins when it would leave too little space", async () => {
  const disk = spaceWith(() => 1_000);
  const { release } = await disk.admit(500);
  release();
  await expect(disk.admit(501)).rejects.toMatchObject({ code: "no_space", status: 507 });
});

test("the fullest of several disks decides", async () => {
  const disk = spaceWith((folder) => (folder === "/a" ? 499 : 1e9));
  await expect(disk.admit(0)).rejects.toMatchObject({ code: "no_space" });
});

test("an upload ends when the disk fills up while it comes in", async () => {
  let free = 1_000;
  const { signal, release } = await spaceWith(() => free).admit(0);
  free = 400;
  await once(signal, "abort");
  expect(signal.reason).toMatchObject({ code: "no_space", status: 507 });
  release();
});

test.each([
  new AppError("no_space", "Full.", { status: 507 }),
  Object.assign(new Error("write"), { code: "ENOSPC" }),
])("work of accepted jobs is tried again until there is space: %s", async (full) => {
  let tries = 0;
  const done = spaceWith(() => 0).retryWhileFull(async () => {
    tries += 1;
    if (tries < 3) throw full;
    return "done";
  }, new AbortController().signal);
  expect(await done).toBe("done");
  expect(tries).toBe(3);
});

test("work of accepted jobs is tried again until the store answers, and the disk does not count as full", async () => {
  const disk = spaceWith(() => 0);
  let tries = 0;
  const done = disk.retryWhileFull(async () => {
    tries += 1;
    if (tries < 3) throw new UnavailableError("store_unavailable", "Away.");
    return disk.isFull;
  }, new AbortController().signal);
  expect(await done).toBe(false);
});

test("another error is thrown at once", async () => {
  let tries = 0;
  const failing = async () => {
    tries += 1;
    throw new Error("not a full disk");
  };
  await expect(spaceWith(() => 0).retryWhileFull(failing, new AbortController().signal)).rejects.toThrow(
    "not a full disk",
  );
  expect(tries).toBe(1);
});

test("work that waits for space fails with its last error when its signal is aborted", async () => {
  const stopping = new AbortController();
  const full = async () => {
    throw new AppError("no_space", "Full.");
  };
  const waiting = spaceWith(() => 0).retryWhileFull(full, stopping.signal);
  stopping.abort();
  await expect(waiting).rejects.toMatchObject({ code: "no_space" });
});

function spaceWith(free: (folder: string) => number): DiskSpace {
  return new DiskSpace({
    folders: ["/a", "/b"],
    minFreeBytes: 500,
    logger: createLogger("test", "silent"),
    free: async (folder) => free(folder),
  });
}

test("the room for an upload is what the fullest disk has beyond what stays free", async () => {
  expect(await spaceWith((folder) => (folder === "/a" ? 700 : 1e9)).room()).toBe(200);
  expect(await spaceWith(() => 400).room()).toBe(0);
});
