import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileTable } from "./fileTable.ts";
import { Journal } from "./journal.ts";
import { type JournalScope, journalPlace } from "./place.ts";

const SCOPE: JournalScope = { master: "http://m:5000", task: "text", options: {}, out: undefined };
const [ONE, OTHER] = ["1".repeat(64), "2".repeat(64)];

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-journal-"));
  path = join(folder, "done", "text.ndjson");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Opens the journal, does the work, and closes it. */
async function within<T>(work: (journal: Journal) => Promise<T> | T): Promise<T> {
  const journal = await Journal.open(path, SCOPE);
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

const lines = async () => (await readFile(path, "utf8")).trimEnd().split("\n");

test("a table keeps each of many files", () => {
  const table = new FileTable();
  for (let index = 0; index < 20_000; index += 1)
    table.set(`/pile/${index}`, { bytes: index, modified: index + 0.25, mark: "ab".repeat(16) });
  table.set("/pile/7", { bytes: 1e12, modified: 0, mark: "f".repeat(32) });
  expect(table.size).toBe(20_000);
  expect(table.get("/pile/7")).toEqual({ bytes: 1e12, modified: 0, mark: "f".repeat(32) });
  for (let index = 8; index < 20_000; index += 1)
    expect(table.get(`/pile/${index}`)?.modified).toBe(index + 0.25);
  expect(table.get("/pile/20000")).toBeUndefined();
});

test("what was recorded is known when the journal is opened again", async () => {
  await within(async (journal) => {
    await journal.done("/a", { bytes: 3, modified: 1000.5 }, ONE);
    await journal.begun("key1", [{ path: "/b", name: "b", bytes: 1, modified: 2 }]);
    await journal.begun("key2", [{ path: "/c", name: "c", bytes: 1, modified: 2 }]);
    await journal.sent("key2", "JOB2", [0]);
    await journal.begun("key3", []);
    await journal.ended("key3");
  });
  await within((journal) => {
    expect(journal.stateOf("/a", { bytes: 3, modified: 1000.5 })).toBe("done");
    expect(journal.stateOf("/a", { bytes: 3, modified: 2000 })).toBe("changed");
    expect(journal.stateOf("/a", { bytes: 4, modified: 1000.5 })).toBe("new");
    expect(journal.stateOf("/b", { bytes: 1, modified: 2 })).toBe("new");
    expect([journal.wasDone("/a", ONE), journal.wasDone("/a", OTHER)]).toEqual([true, false]);
    expect([...journal.batches]).toMatchObject([
      ["key1", { files: [{ path: "/b" }] }],
      ["key2", { files: [{ path: "/c" }], job: { id: "JOB2", files: [0] } }],
    ]);
    expect(journal.batches.get("key1")?.job).toBeUndefined();
  });
});

test("a line that a crash has cut, and one that is damaged, cost their own file only", async () => {
  await within((journal) => journal.done("/a", { bytes: 1, modified: 1 }, ONE));
  await appendFile(path, '{"done":7}\nno JSON\n');
  await within((journal) => journal.done("/b", { bytes: 1, modified: 1 }, ONE));
  await truncate(path, (await stat(path)).size - 20);
  await within((journal) => journal.done("/c", { bytes: 1, modified: 1 }, ONE));
  await within((journal) =>
    expect(["/a", "/b", "/c"].map((file) => journal.stateOf(file, { bytes: 1, modified: 1 }))).toEqual([
      ...["done", "new", "done"],
    ]),
  );
});

test("a journal whose lines are mostly of no use is written anew, and knows the same", async () => {
  await within(async (journal) => {
    await journal.begun("open", [{ path: "/c", name: "c", bytes: 1, modified: 2 }]);
    await journal.sent("open", "JOB", [0]);
    const all = Array.from({ length: 5_000 }, (_, at) =>
      journal.done(`/${at % 5}`, { bytes: at, modified: at }, ONE),
    );
    await Promise.all(all);
  });
  expect((await lines()).length).toBeGreaterThan(5_000);
  await within(() => undefined);
  expect(await lines()).toHaveLength(8);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await within((journal) => {
    expect(journal.stateOf("/4", { bytes: 4_999, modified: 4_999 })).toBe("done");
    expect(journal.batches.get("open")).toMatchObject({ job: { id: "JOB", files: [0] } });
  });
});

test("only one command has a journal; that of a command that was killed is free", async () => {
  await within(async () => {
    await expect(Journal.open(path, SCOPE)).rejects.toMatchObject({
      code: "journal_in_use",
      message: expect.stringContaining(path),
    });
  });
  const program = join(folder, "holder.mjs");
  await writeFile(
    program,
    `import { createServer } from "node:net"; createServer().listen(${JSON.stringify(`${path}.lock`)}, () => process.send("ready"));`,
  );
  const holder = fork(program);
  await once(holder, "message");
  await expect(Journal.open(path, SCOPE)).rejects.toMatchObject({ code: "journal_in_use" });
  holder.kill("SIGKILL");
  await once(holder, "exit");
  await within((journal) => expect(journal.batches.size).toBe(0));
});

test("a journal that cannot be kept is an error with its path", async () => {
  await writeFile(join(folder, "done"), "");
  await expect(Journal.open(path, SCOPE)).rejects.toMatchObject({
    code: "cannot_save",
    message: expect.stringContaining(path),
  });
});

test("master, task, options and folder of results have a journal of their own; options stay secret", () => {
  const place = (own: Partial<JournalScope>) => journalPlace("/state", { ...SCOPE, ...own });
  const places = [
    place({}),
    place({ master: "http://other:5000" }),
    place({ task: "ocr" }),
    place({ options: { password: "secret" } }),
    place({ out: "out" }),
  ];
  expect(new Set(places).size).toBe(places.length);
  expect(places.join()).not.toContain("secret");
  expect(place({ options: { a: 1, b: 2 } })).toBe(place({ options: { b: 2, a: 1 } }));
  expect(place({ out: "out/" })).toBe(place({ out: "out" }));
});
