import { beforeEach, describe, expect, test } from "vitest";
import { done, ended, failed, newJob, type RecordRun, started } from "./fixtures.contract.ts";
import type { Search, SearchTerm } from "./search.ts";

const DAY = 86_400_000;
const CREATED = 1_700_000_000_000;

function holds(...terms: readonly SearchTerm[]): Search[number] {
  return { isExcluding: false, terms };
}

function excludes(...terms: readonly SearchTerm[]): Search[number] {
  return { isExcluding: true, terms };
}

const text = (value: string) => ({ key: "text", value }) as const;
const file = (value: string) => ({ key: "file", value }) as const;
const state = (value: string) => ({ key: "state", value }) as const;
const slave = (value: string) => ({ key: "slave", value }) as const;
const code = (value: string) => ({ key: "code", value }) as const;

/** Laws of searches among jobs and among the files of a job. */
export function searches(run: RecordRun): void {
  const ids = (...search: Search) => run.jobs.ids({ search });

  /** 01AAAAA succeeded at s1; 01BBBBB partial, a file corrupt; 01CCCCC waits; 01DDDDD failed as a whole. */
  async function fill(): Promise<void> {
    const { jobs } = run;
    await jobs.create(newJob("01AAAAA", ["Report.txt", "b.txt"], { client: "alice", createdAt: CREATED }));
    await jobs.apply("01AAAAA", [started, { ...done(0), slave: "s1" }, { ...done(1), slave: "s1" }, ended]);
    await jobs.create(
      newJob("01BBBBB", ["x.txt", "report-2.txt"], { name: "Mine", createdAt: CREATED + DAY }),
    );
    await jobs.apply("01BBBBB", [started, { ...done(0), slave: "S2" }, { ...failed(1), slave: "s1" }, ended]);
    await jobs.create(newJob("01CCCCC", ["100%_ok.txt"], { task: "ocr", createdAt: CREATED + 2 * DAY }));
    await jobs.create(newJob("01DDDDD", ["z"], { createdAt: CREATED + 3 * DAY }));
    await jobs.apply("01DDDDD", [started, { type: "failed", at: 9, code: "job_too_long", error: "Late." }]);
  }

  test.each([
    ["nothing: all", [], "DCBA"],
    ["a part of a file's name, in any case", [holds(text("rEPORT"))], "BA"],
    ["a part of the job's name", [holds(text("mine"))], "B"],
    ["the beginning of an id", [holds(text("01bbbb"))], "B"],
    ["a short beginning of ids is no hit", [holds(text("01"))], ""],
    ["an id inside", [holds(text("1BBBBB"))], ""],
    ["file", [holds(file("report"))], "BA"],
    ["file is not the job's name", [holds(file("mine"))], ""],
    ["signs of LIKE as they are", [holds(file("%_ok"))], "C"],
    ["no sign of LIKE is a wildcard", [holds(file("1%ok"))], ""],
    ["SQL is text", [holds(text("' OR 1=1 --"))], ""],
    ["state", [holds(state("partial"))], "B"],
    ["several of one key", [holds(state("partial"), state("queued"))], "CB"],
    ["task", [holds({ key: "task", value: "ocr" })], "C"],
    ["slave, in any case", [holds(slave("s2"))], "B"],
    ["slave of two jobs", [holds(slave("s1"))], "BA"],
    ["code of a file", [holds(code("corrupt"))], "B"],
    ["code of a job", [holds(code("job_too_long"))], "D"],
    ["client", [holds({ key: "client", value: "alice" })], "A"],
    ["since", [holds({ key: "since", at: CREATED + DAY })], "DCB"],
    ["all clauses", [holds(text("report")), holds(slave("s1")), holds(state("partial"))], "B"],
    ["words that different files have", [holds(text("report")), holds(text("x.txt"))], "B"],
    ["without a word", [excludes(text("report"))], "DC"],
    ["without a client, those of no client included", [excludes({ key: "client", value: "alice" })], "DCB"],
    ["without a code, those without an end included", [excludes(code("corrupt"))], "DCA"],
    ["without a slave", [excludes(slave("s1"))], "DC"],
    ["without two states", [excludes(state("failed")), excludes(state("partial"))], "CA"],
    ["with one word and without another", [holds(text("report")), excludes(text("mine"))], "A"],
  ] as const)("jobs by %s", async (_, search, found) => {
    await fill();
    const expected = [...found].map((letter) => `01${letter.repeat(5)}`);
    expect(await ids(...search)).toEqual(expected);
    expect(await run.jobs.count({ search })).toBe(expected.length);
    expect((await run.jobs.list({ search, limit: 9 })).map(({ id }) => id)).toEqual(expected);
  });

  test("a search goes with a state, a client, an id, a cursor and a limit", async () => {
    await fill();
    const search = [holds(text(".txt"))];
    expect(await run.jobs.ids({ search, state: "queued" })).toEqual(["01CCCCC"]);
    expect(await run.jobs.ids({ search, client: "alice" })).toEqual(["01AAAAA"]);
    expect(await run.jobs.ids({ search, id: "01BBBBB" })).toEqual(["01BBBBB"]);
    const list = async (more: object) =>
      (await run.jobs.list({ search, limit: 9, ...more })).map(({ id }) => id);
    expect(await list({ before: "01CCCCC" })).toEqual(["01BBBBB", "01AAAAA"]);
    expect(await list({ limit: 1 })).toEqual(["01CCCCC"]);
  });

  test.each(["Grüße.txt", "grüße", "GRÜ", "ü".normalize("NFD")])(
    "%s finds names beyond ASCII",
    async (word) => {
      await run.jobs.create(newJob("01A", ["Grüße.txt".normalize("NFC")]));
      await run.jobs.create(newJob("01B", ["Grüße.txt".normalize("NFD")]));
      expect(await ids(holds(text(word)))).toEqual(["01B", "01A"]);
    },
  );

  test.each([
    ["a quote", 'say "hi".txt', '"hi"'],
    ["a backslash", "a\\b.txt", "a\\b"],
    ["a NUL", "a\0b.txt", "\0b"],
  ])("a name with %s is found", async (_, name, word) => {
    await run.jobs.create(newJob("01A", [name]));
    await run.jobs.create(newJob("01B", ["plain.txt"]));
    expect(await ids(holds(file(word)))).toEqual(["01A"]);
  });

  test("a folder of a file's path is found", async () => {
    const { files, ...job } = newJob("01A", ["a.txt"]);
    await run.jobs.create({ ...job, files: files.map((one) => ({ ...one, path: "scans/may/a.txt" })) });
    expect(await ids(holds(file("/may/")))).toEqual(["01A"]);
  });

  describe.each([50, 3_000])("of a job of %d files", (total) => {
    const names = Array.from({ length: total }, (_, n) => `${n % 2 === 0 ? "even" : "odd"}-${n}.txt`);
    const found = async (clauses: Search, running: readonly number[] = [], more: object = {}) => {
      const search = { clauses, running };
      const indexes: number[] = [];
      for await (const page of run.jobs.pages("01A", { search, ...more }))
        indexes.push(...page.map(({ index }) => index));
      return { indexes, count: await run.jobs.countFiles("01A", search) };
    };
    beforeEach(async () => {
      await run.jobs.create(newJob("01A", names));
      await run.jobs.apply("01A", [
        started,
        { ...done(0), slave: "s1" },
        failed(3),
        { ...failed(total - 1), slave: "S1" },
      ]);
    });

    test.each([
      ["failed", [holds(state("failed"))], [], [3, total - 1]],
      ["done", [holds(state("done"))], [], [0]],
      ["done, while the result gets its place", [holds(state("done"))], [0], []],
      ["running", [holds(state("running"))], [0, 4, 5], [0, 4, 5]],
      ["failed or running", [holds(state("failed"), state("running"))], [4], [3, 4, total - 1]],
      ["by their slave", [holds(slave("s1"))], [], [0, total - 1]],
      ["by their code", [holds(code("CORRUPT"))], [], [3, total - 1]],
      ["by their name", [holds(text("even-4.txt"))], [], [4]],
      ["by name and code", [holds(text("odd")), holds(code("corrupt"))], [], [3, total - 1]],
      ["without a slave", [excludes(slave("s1")), excludes(state("queued"))], [], [3]],
    ] as const)("files that are %s", async (_, clauses, running, indexes) => {
      expect(await found(clauses, running)).toEqual({ indexes, count: indexes.length });
    });

    test("files that wait come in pages, those that run left out", async () => {
      const waiting = names.map((_, n) => n).filter((n) => ![0, 3, 7, total - 1].includes(n));
      const search = [holds(state("queued"))];
      expect(await found(search, [7])).toEqual({ indexes: waiting, count: total - 4 });
      const range = { from: total - 20, limit: 5 };
      expect((await found(search, [7], range)).indexes).toEqual(waiting.slice(total - 20, total - 15));
      expect((await found(search, [7], { from: total, limit: 5 })).indexes).toEqual([]);
    });
  });

  test("a search without a hit among 20,000 files and 2,000 jobs lets the event loop turn meanwhile", async () => {
    await run.jobs.create(
      newJob(
        "01A",
        Array.from({ length: 20_000 }, (_, n) => `file-${n}.txt`),
      ),
    );
    await Promise.all(
      Array.from({ length: 2_000 }, (_, n) => run.jobs.create(newJob(`01B${n}`, ["small.txt"]))),
    );
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    expect(await ids(holds(text("nowhere")))).toEqual([]);
    expect(await run.jobs.countFiles("01A", { clauses: [holds(text("nowhere"))], running: [] })).toBe(0);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
  });
}
