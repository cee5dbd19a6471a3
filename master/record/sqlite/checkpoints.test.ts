import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "./database.ts";

const ROW_BYTES = 100_000;
/** Longer than the journal from which on it is copied; SQLite by itself would copy it at 128 MB. */
const JOURNAL_BYTES = 20 * 2 ** 20;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-checkpoints-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the journal is copied into the file while transactions go on, and begins anew", async () => {
  const file = join(folder, "jobs.sqlite");
  const migrations = ["CREATE TABLE rows (text TEXT)"];
  const db = await openDatabase(file, migrations);
  const insert = db.prepare("INSERT INTO rows VALUES (?)");
  const bytes = async (end = "") => (await stat(file + end)).size;
  let rows = 0;
  const addRow = async () => {
    await turn();
    await db.pause;
    db.transaction(() => insert.run("x".repeat(ROW_BYTES)));
    rows += 1;
  };
  while ((await bytes("-wal")) < JOURNAL_BYTES) await addRow();
  const copied = rows * ROW_BYTES;
  await expect.poll(() => bytes(), { timeout: 20_000 }).toBeGreaterThan(copied);
  const journalAfterRow = async () => {
    await addRow();
    return await bytes("-wal");
  };
  await expect.poll(journalAfterRow).toBeLessThan(10 * ROW_BYTES);
  await db.close();
  const again = await openDatabase(file, migrations);
  expect(again.prepare("SELECT COUNT(*) AS count FROM rows").get()).toMatchObject({ count: rows });
  await again.close();
});
