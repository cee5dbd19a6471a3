import { copyFile, mkdtemp, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSqliteRecord } from "./sqliteRecord.ts";

const FILES = 12;

test("a journal cut off anywhere gives the jobs as they were at the last whole entry, never half an entry", async () => {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-journal-"));
  const file = join(folder, "jobs.sqlite");
  const jobs = await openSqliteRecord({ file });
  try {
    const bytes = async () => (await stat(`${file}-wal`)).size;
    await jobs.create(JOB, { durable: true });
    await jobs.apply(JOB.id, [{ type: "started", at: 1 }]);
    const created = await bytes();
    // Length of the journal when so many files were done.
    const lengths = [created];
    for (let index = 0; index < FILES; index += 1) {
      await jobs.apply("01A", [done(index)]);
      lengths.push(await bytes());
    }
    expect(new Set(lengths).size).toBe(FILES + 1);
    for (const [count, length] of lengths.entries()) {
      const next = lengths[count + 1] ?? length + 1;
      for (const cut of new Set([length, length + 1, Math.floor((length + next) / 2), next - 1])) {
        expect(await doneAfterCut(file, cut, folder), `cut at ${cut}`).toBe(count);
      }
    }
  } finally {
    await jobs.close();
    await rm(folder, { recursive: true, force: true });
  }
});

/** Opens a copy whose journal ends at a byte; resolves with how many files are done, by file and by count. */
async function doneAfterCut(file: string, cut: number, folder: string): Promise<number | undefined> {
  const copy = join(folder, "cut.sqlite");
  await copyFile(file, copy);
  await copyFile(`${file}-wal`, `${copy}-wal`);
  if ((await stat(`${copy}-wal`)).size > cut) await truncate(`${copy}-wal`, cut);
  const jobs = await openSqliteRecord({ file: copy });
  try {
    const record = await jobs.get("01A");
    const files = await jobs.files("01A");
    expect(files).toHaveLength(FILES);
    expect(files.filter(({ state }) => state === "done")).toHaveLength(record?.done ?? -1);
    return record?.done;
  } finally {
    await jobs.close();
    for (const end of ["", "-wal", "-shm"]) await rm(`${copy}${end}`, { force: true });
  }
}

const JOB = {
  id: "01A",
  task: "text",
  options: {},
  priority: 1,
  seed: 1,
  createdAt: 1,
  files: Array.from({ length: FILES }, (_, index) => ({
    index,
    filename: `${index}.txt`,
    key: `01A/in/${index}`,
    bytes: 1,
    sha256: "0".repeat(64),
    resultName: (stem: string) => `${stem}.json`,
  })),
};

function done(index: number) {
  const resultSha256 = "f".repeat(64);
  return {
    type: "file_done",
    index,
    at: 2,
    resultKey: `01A/out/${index}`,
    resultBytes: 1,
    resultSha256,
    attempts: 1,
    seconds: 0,
  } as const;
}
