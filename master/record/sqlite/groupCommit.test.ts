import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Database } from "./database.ts";
import { GroupCommit } from "./groupCommit.ts";

test("the time of a commit includes what it waited for the database", async () => {
  const pauses: Promise<void>[] = [sleep(300)];
  const db: Database = {
    prepare: () => ({ run: () => 0, get: () => undefined, all: () => [] }),
    transaction: (work) => work(),
    get pause() {
      return pauses.shift();
    },
    savepoint: (work) => work(),
    sync: async () => undefined,
    close: async () => undefined,
  };
  const commit = new GroupCommit(db, { beforeCommit: () => undefined, afterRollback: () => undefined });
  expect(commit.recentSeconds).toBe(0);
  await commit.submit(() => "done");
  expect(commit.recentSeconds).toBeGreaterThan(0.29);
  const before = commit.recentSeconds;
  await commit.submit(() => "at once");
  expect(commit.recentSeconds).toBeLessThan(before);
});
