import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  problem,
  type StandInMaster,
  type StandInOptions,
  startStandInMaster,
} from "../../tests/standin/master.ts";
import { type CliOptions, type CliRun, runCli } from "../../tests/standin/runCli.ts";

let folder: string;
let master: StandInMaster | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-cli-"));
});

afterEach(async () => {
  await master?.close();
  master = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function standIn(options?: StandInOptions): Promise<StandInMaster> {
  master = await startStandInMaster(options);
  return master;
}

async function files(named: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(named)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

/** Results of these files where the stand-in says that it saved them, as those of a master on this machine. */
async function savedHere(...names: readonly string[]): Promise<void> {
  await files(Object.fromEntries(names.map((name) => [`processed_results/text/${name}.json`, "{}"])));
}

function upload(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const url = master?.url ?? "http://127.0.0.1:1";
  return runCli(["upload", ...args], { cwd: folder, ...options, env: { MASTER_URL: url, ...options.env } });
}

describe("a job that succeeds", () => {
  test("exits 0; without a terminal it says in two lines what was sent and what came of it", async () => {
    await files({ "a.txt": "one", "b.txt": "two" });
    await savedHere("a.txt", "b.txt");
    await standIn();
    expect(await upload(["text", "a.txt", "b.txt"])).toEqual({
      code: 0,
      stdout: "2 files done in 1.5 s  job JOB1\n",
      stderr: "sending 2 files, 6 bytes\n",
    });
  });

  test("--verbose adds a line per file, in the order of the upload, and progress on standard error", async () => {
    await files({ "a.txt": "one", "b.txt": "two" });
    await savedHere("a.txt", "b.txt");
    await standIn();
    const { code, stdout, stderr } = await upload(["text", "a.txt", "b.txt", "--verbose"]);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "STATE  FILE   RESULT                             SUMMARY",
      "done   a.txt  processed_results/text/a.txt.json  says one",
      "done   b.txt  processed_results/text/b.txt.json  says two",
      "2 files done in 1.5 s  job JOB1",
      "",
    ]);
    expect(stderr).toBe("sending 2 files, 6 bytes\n[1/2] done b.txt\n[2/2] done a.txt\n");
  });

  test("sends the task and options first, then the files under the task's field, whole", async () => {
    await files({ "a.txt": "one", 'odd "name"\n.txt': "quoted" });
    const { jobs } = await standIn();
    await upload(["text", ".", "--options", "common_words=3"]);
    expect(jobs).toMatchObject([
      {
        task: "text",
        options: { common_words: 3 },
        files: [
          { field: "texts", filename: "a.txt", text: "one" },
          { field: "texts", filename: 'odd "name"\n.txt', text: "quoted" },
        ],
        headers: { prefer: "respond-async" },
      },
    ]);
  });

  test("names results that are not on this machine by their addresses, and says how to fetch them", async () => {
    await files({ "a.txt": "one" });
    const { url } = await standIn();
    const { stdout, stderr } = await upload(["text", "a.txt", "--verbose"]);
    expect(stdout).toContain(`done   a.txt  ${url}/results/text/a.txt.json  says one`);
    expect(stdout).not.toContain("processed_results");
    expect(stderr).toContain("To fetch them into a folder here: --out <folder>");
  });

  test("names a result of the whole job", async () => {
    await files({ "a.txt": "one" });
    const attachments = [{ name: "all.csv", saved_as: "/srv/text/all.csv", url: "/results/text/all.csv" }];
    const { url } = await standIn({ attachments });
    const { stdout } = await upload(["text", "a.txt"]);
    expect(stdout).toContain(`result of the whole job: ${url}/results/text/all.csv`);
  });

  test("--json prints one document and nothing else", async () => {
    await files({ "a.txt": "one" });
    await standIn();
    const { code, stdout, stderr } = await upload(["text", "a.txt", "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      job_id: "JOB1",
      state: "succeeded",
      files: [{ path: "a.txt", state: "done", summary: "says one" }],
      unreadable: [],
      left_out: { count: 0, files: [] },
    });
  });

  test("--quiet says nothing", async () => {
    await files({ "a.txt": "one" });
    await standIn();
    expect(await upload(["text", "a.txt", "--quiet"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("what is sent", () => {
  test("a folder: recursively, by the task's extensions, without hidden files", async () => {
    await files({
      "d/a.txt": "1",
      "d/deep/b.MD": "2",
      "d/.hidden.txt": "3",
      "d/.git/c.txt": "4",
      "d/x.exe": "5",
    });
    const { jobs } = await standIn();
    const { code } = await upload(["text", "d"]);
    expect(jobs[0]?.files.map((file) => file.filename)).toEqual(["a.txt", "deep/b.MD"]);
    expect(code).toBe(5);
  });

  test("a glob that the shell did not expand, and a named file with another extension", async () => {
    await files({ "d/a.txt": "1", "d/e/b.txt": "2", "d/c.md": "3", "odd.bin": "4" });
    const { jobs } = await standIn();
    await upload(["text", "d/**/*.txt", "odd.bin", "d/a.txt"]);
    expect(jobs[0]?.files.map((file) => file.filename)).toEqual(["a.txt", "e/b.txt", "odd.bin"]);
  });

  test("a name that is not UTF-8, from a folder and by itself: whole, under a name that is its own", async () => {
    const name = (byte: number) =>
      Buffer.concat([Buffer.from(`${folder}/lat`), Buffer.of(byte), Buffer.from("in.txt")]);
    await writeFile(name(0xe9), "one");
    await writeFile(name(0xe8), "two");
    const { jobs } = await standIn();
    const { code, stdout } = await upload(["text", ".", "--verbose"]);
    expect(code).toBe(0);
    const sent = [
      { filename: "lat%E8in.txt", text: "two" },
      { filename: "lat%E9in.txt", text: "one" },
    ];
    expect(jobs[0]?.files.toSorted((a, b) => (a.filename < b.filename ? -1 : 1))).toMatchObject(sent);
    expect(stdout).toContain("lat\ufffdin.txt");
    await rm(name(0xe8));
    expect((await upload(["text", "lat\ufffdin.txt"])).code).toBe(0);
    expect(jobs[1]?.files).toMatchObject([{ filename: "lat%E9in.txt", text: "one" }]);
  });

  test("a link to a file that is gone is named, and its neighbours go", async () => {
    await files({ "d/a.txt": "one" });
    await symlink("d/gone", join(folder, "d/link.txt"));
    const { jobs } = await standIn();
    const { code, stdout } = await upload(["text", "d"]);
    expect(code).toBe(1);
    expect(stdout).toContain("not sent  d/link.txt");
    expect(jobs[0]?.files.map((file) => file.filename)).toEqual(["a.txt"]);
  });

  test("standard input under the name that --name gives", async () => {
    const { jobs } = await standIn();
    const { code } = await upload(["text", "-", "--name", "letter.txt"], { stdin: "Dear all" });
    expect(code).toBe(0);
    expect(jobs[0]?.files).toMatchObject([{ filename: "letter.txt", text: "Dear all" }]);
  });

  test.each([
    [[], "stdin"],
    [["--name", "letter.txt"], "letter.txt"],
  ])(
    "standard input with %j has one name, %s, in the table, the document and the upload",
    async (args, name) => {
      const { jobs } = await standIn();
      const table = await upload(["text", "-", "--verbose", ...args], { stdin: "Dear all" });
      expect(table.stdout).toContain(`done   ${name}  `);
      const { stdout } = await upload(["text", "-", "--json", ...args], { stdin: "Dear all" });
      expect(JSON.parse(stdout)).toMatchObject({ files: [{ path: name, filename: name }] });
      expect(jobs[0]?.files).toMatchObject([{ filename: name }]);
    },
  );

  test("files that cannot be read are named, the others go, exit 1", async () => {
    await files({ "a.txt": "one" });
    await symlink("nowhere", join(folder, "broken.txt"));
    const { jobs } = await standIn();
    const { code, stdout } = await upload(["text", "missing.txt", "a.txt", "broken.txt", "*.none"]);
    expect(code).toBe(1);
    expect(jobs[0]?.files.map((file) => file.filename)).toEqual(["a.txt"]);
    expect(stdout).toContain("not sent  missing.txt  not_found: There is no such file.");
    expect(stdout).toContain("no_match: No file matches this pattern.");
  });

  test("nothing that can be sent: exit 2 with a sentence, and no request is made", async () => {
    const { requests } = await standIn();
    expect(await upload(["text", "missing.txt"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "manyhands: There is nothing to send. missing.txt: There is no such file.\n",
    });
    const { code, stdout } = await upload(["text", "missing.txt", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ code: "usage", unreadable: [{ path: "missing.txt" }] });
    expect(requests).toEqual([]);
  });
});

describe("options", () => {
  test.each([
    [["--options", "colour=red"], "colour"],
    [["--options", "no-equals-sign"], "neither key=value nor a JSON object"],
    [["--options", "{broken"], "not a JSON object"],
  ])("%j: exit 2 with what is wrong and what is valid, before anything is sent", async (args, told) => {
    await files({ "a.txt": "one" });
    const { requests } = await standIn();
    const { code, stderr } = await upload(["text", "a.txt", ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
    expect(requests).toEqual([]);
  });

  test("a text that looks like a number stays a text where the option is one", async () => {
    await files({ "a.txt": "one" });
    const { jobs } = await standIn();
    await upload(["text", "a.txt", "--options", "encoding=1252", "--options", "language=null"]);
    expect(jobs[0]?.options).toEqual({ encoding: "1252", language: null });
  });

  test("values are JSON where they are JSON, a JSON object is merged", async () => {
    await files({ "a.png": "x" });
    const { jobs } = await standIn();
    const args = ["--options", "quality=50", "--option", "format=jpeg", "--options", '{"enlarge":true}'];
    await upload(["image", "a.png", ...args]);
    expect(jobs[0]?.options).toEqual({ quality: 50, format: "jpeg", enlarge: true });
  });
});

describe("results that are fetched with --out", () => {
  const sha256OfHi = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4";

  test("lie in the folder under the names of the master", async () => {
    await files({ "a.txt": "one" });
    const results = { "/results/text/a.txt.json": "hi" };
    await standIn({ results, view: () => ({ result_sha256: sha256OfHi }) });
    const { code, stdout } = await upload(["text", "a.txt", "--out", "out", "--verbose"]);
    expect(code).toBe(0);
    expect(stdout).toContain(join("out", "a.txt.json"));
    expect(await readFile(join(folder, "out/a.txt.json"), "utf8")).toBe("hi");
    expect(await readdir(join(folder, "out"))).toEqual(["a.txt.json"]);
  });

  test("never leave it, never replace a file, and twins both arrive", async () => {
    await files({ "a.txt": "1", "b.txt": "2", "c.txt": "3", "out/same.json": "mine" });
    const names = ["../../../escaped.json", "processed_results/text/same.json", "x/same.json"];
    const url = "/results/r";
    await standIn({ results: { [url]: "hi" }, view: (_, index) => ({ saved_as: names[index] ?? "", url }) });
    const { code } = await upload(["text", "a.txt", "b.txt", "c.txt", "--out", "out"]);
    expect(code).toBe(0);
    expect((await readdir(join(folder, "out"))).sort()).toEqual([
      "escaped.json",
      "same-2.json",
      "same-3.json",
      "same.json",
    ]);
    expect(await readFile(join(folder, "out/same.json"), "utf8")).toBe("mine");
    expect((await readdir(folder)).sort()).toEqual(["a.txt", "b.txt", "c.txt", "out"]);
  });

  test("stand in the folders that their inputs had, also where names lead out of them", async () => {
    await files({ "d/a/report.txt": "1", "d/b/report.txt": "2", "d/b/c/report.txt": "3" });
    const url = "/results/r";
    const view = () => ({ saved_as: "processed_results/text/../report.json", url });
    await standIn({ results: { [url]: "hi" }, view });
    expect((await upload(["text", "d", "--out", "out"])).code).toBe(0);
    expect((await readdir(join(folder, "out"), { recursive: true })).sort()).toEqual([
      "a",
      "a/report.json",
      "b",
      "b/c",
      "b/c/report.json",
      "b/report.json",
    ]);
  });

  test("--no-mirror puts all of them into the folder itself", async () => {
    await files({ "d/a/report.txt": "1", "d/b/c/report.txt": "2" });
    const view = () => ({ saved_as: "processed_results/text/report.json", url: "/results/r" });
    await standIn({ results: { "/results/r": "hi" }, view });
    expect((await upload(["text", "d", "--out", "out", "--no-mirror"])).code).toBe(0);
    expect((await readdir(join(folder, "out"), { recursive: true })).sort()).toEqual([
      ...["report-2.json", "report.json"],
    ]);
    expect((await upload(["text", "d", "--out", "as-default", "--mirror"])).code).toBe(0);
    expect(await readdir(join(folder, "as-default"))).toEqual(["a", "b"]);
    expect((await upload(["text", "d", "--no-mirror"])).stderr).toContain("are for --out");
  });

  test("attachments of the job come too", async () => {
    await files({ "a.txt": "one" });
    const results = { "/results/text/a.txt.json": "hi", "/results/text/all.csv": "1,2" };
    const attachments = [
      { name: "all.csv", saved_as: "processed_results/text/all.csv", url: "/results/text/all.csv" },
    ];
    await standIn({ results, attachments });
    expect((await upload(["text", "a.txt", "--out", "out"])).code).toBe(0);
    expect(await readFile(join(folder, "out/all.csv"), "utf8")).toBe("1,2");
  });

  test("damaged on the way: exit 1, named, and nothing half is left", async () => {
    await files({ "a.txt": "one" });
    await standIn({
      results: { "/results/text/a.txt.json": "ho" },
      view: () => ({ result_sha256: sha256OfHi }),
    });
    const { code, stdout } = await upload(["text", "a.txt", "--out", "out"]);
    expect(code).toBe(1);
    expect(stdout).toContain("download_damaged");
    expect(await readdir(join(folder, "out"))).toEqual([]);
  });

  test("a link to another host is not followed", async () => {
    await files({ "a.txt": "one" });
    const other = await startStandInMaster();
    await standIn({ token: "secret", view: () => ({ url: `${other.url}/results/text/x` }) });
    const { code, stdout } = await upload(["text", "a.txt", "--out", "out", "--token", "secret"]);
    expect([code, other.requests]).toEqual([1, []]);
    expect(stdout).toContain("leads to another host");
    await other.close();
  });
});

describe("terminal escapes", () => {
  test("of file names, summaries and errors are shown, not obeyed", async () => {
    await files({ "a\u001b[2J.txt": "one\u009b31m", "b.txt": "BAD" });
    await standIn({
      view: (file) => (file.text === "BAD" ? { error: "\u001b]0;owned\u0007\r\u202eevil" } : {}),
    });
    const { stdout, stderr } = await upload(["text", ".", "--verbose"]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test searches for these.
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(stdout).toContain("a\\x1b[2J.txt");
    expect(stdout).toContain("says one\\x9b31m");
    expect(stdout).toContain("\\x1b]0;owned\\x07\\x0d\\u202eevil");
  });

  test("of a refusal and of --json too", async () => {
    await files({ "a.txt": "one" });
    await standIn({ upload: problem(400, "bad_options", "wrong \u001b[31m\u009b") });
    const { code, stdout, stderr } = await upload(["text", "a.txt", "--json"]);
    expect(code).toBe(2);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test searches for these.
    expect(stdout + stderr).not.toMatch(/[\u001b\u007f-\u009f]/);
    expect(JSON.parse(stdout)).toMatchObject({ code: "bad_options", error: "wrong \u001b[31m\u009b" });
  });
});

describe("exit codes", () => {
  test("1: some files failed, each named with code and reason", async () => {
    await files({ "a.txt": "one", "b.txt": "BAD" });
    await savedHere("a.txt");
    await standIn();
    const { code, stdout } = await upload(["text", "a.txt", "b.txt"]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      [
        "STATE   FILE   REASON",
        "failed  b.txt  corrupt_file: It is damaged.",
        "1 file done, 1 failed in 1.5 s  job JOB1",
        "",
      ].join("\n"),
    );
    const quiet = await upload(["text", "a.txt", "b.txt", "--quiet"]);
    expect(quiet).toEqual({ code: 1, stdout: "", stderr: "failed b.txt: corrupt_file: It is damaged.\n" });
  });

  test.each([
    [["text"], "There is nothing to send"],
    [["nosuch", "a.txt"], "Valid: text, image"],
    [["text", "a.txt", "--frobnicate"], "unknown option '--frobnicate'"],
    [["text", "a.txt", "--timeout", "soon"], "A number of seconds above 0 is needed."],
    [["text", "a.txt", "--name", "x"], "--name names standard input"],
    [["text", "a.txt", "--master", "ftp://host"], "is not the address of a master"],
  ])("2: usage %j", async (args, told) => {
    await files({ "a.txt": "one" });
    await standIn();
    const { code, stderr } = await upload(args);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });

  test("2: without the token, with a word about where it goes", async () => {
    await files({ "a.txt": "one" });
    const { jobs } = await standIn({ token: "secret" });
    const refused = await upload(["text", "a.txt"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--token, or set CLIENT_TOKEN");
    expect((await upload(["text", "a.txt", "--token", "secret"])).code).toBe(0);
    expect((await upload(["text", "a.txt"], { env: { CLIENT_TOKEN: "secret" } })).code).toBe(0);
    expect((await upload(["text", "a.txt"], { env: { MANYHANDS_TOKEN: "secret" } })).code).toBe(0);
    expect(jobs).toHaveLength(3);
  });

  test("3: no master listens", async () => {
    await files({ "a.txt": "one" });
    const { code, stderr } = await upload(["text", "a.txt", "--wait-for-slaves", "0"]);
    expect(code).toBe(3);
    expect(stderr).toBe(
      "manyhands: The master at http://127.0.0.1:1 cannot be reached (nothing listens there).\n" +
        "Start one with manyhands master, or give its address with --master or MASTER_URL.\n",
    );
  });

  test("0: a connection that breaks after each event; each file is told of once", async () => {
    await files({ "a.txt": "one", "b.txt": "two" });
    await standIn({ upload: "cut" });
    const { code, stdout, stderr } = await upload(["text", "a.txt", "b.txt", "--verbose"]);
    expect([code, stdout.includes("2 files done")]).toEqual([0, true]);
    expect(stderr.match(/\[\d\/2\] done .*/g)).toEqual(["[1/2] done b.txt", "[2/2] done a.txt"]);
  });

  test("3: a master that went away and does not come back in time; the job is named, and how to come back", async () => {
    await files({ "a.txt": "one" });
    await standIn({ upload: "stall" });
    const { code, stderr } = await upload(["text", "a.txt", "--wait-for-master", "1", "--verbose"], {
      onStart: (child) =>
        child.stderr?.on("data", (text: string) => {
          if (text.includes("[1/1]")) void master?.close();
        }),
    });
    expect(code).toBe(3);
    expect(stderr).toContain("Trying again.");
    expect(stderr).toContain("manyhands jobs watch JOB1 comes back to it");
  });

  test("0: an upload whose answer does not arrive is sent again, and makes one job", async () => {
    await files({ "a.txt": "one" });
    const { jobs } = await standIn({ upload: "unsent" });
    expect((await upload(["text", "a.txt"])).code).toBe(0);
    expect(new Set(jobs.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(jobs.map((job) => job.files)).toEqual([jobs[0]?.files, jobs[0]?.files]);
  });

  test("4: timed out", async () => {
    await files({ "a.txt": "one" });
    await standIn({ upload: "hang" });
    const { code, stderr } = await upload(["text", "a.txt", "--timeout", "1"]);
    expect(code).toBe(4);
    expect(stderr).toContain("Not done within 1 seconds");
  });
});

describe("streaming", () => {
  const rss = (file: string) =>
    `data:text/javascript,import{writeFileSync}from"node:fs";process.on("exit",()=>writeFileSync(${JSON.stringify(file)},String(process.resourceUsage().maxRSS)))`;

  test("1 GB leaves the process no larger than a small file does", async () => {
    await files({ "small.txt": "one" });
    const sparse = await open(join(folder, "large.txt"), "w");
    await sparse.truncate(1024 ** 3);
    await sparse.close();
    const { bytes } = await standIn({ countOnly: true });
    const peak = async (name: string) => {
      const file = join(folder, `${name}.rss`);
      expect((await upload(["text", name], { node: ["--import", rss(file)] })).code).toBe(0);
      return Number(await readFile(file, "utf8")) / 1024;
    };
    const small = await peak("small.txt");
    const large = await peak("large.txt");
    expect(bytes()).toBeGreaterThan(1024 ** 3);
    expect(large - small).toBeLessThan(120);
  });

  test("2,000 files need few descriptors", async () => {
    await mkdir(join(folder, "many"));
    for (let index = 0; index < 2_000; index += 1)
      await writeFile(join(folder, "many", `${index}.txt`), `${index}`);
    const { jobs } = await standIn();
    const { code, stdout } = await upload(["text", "many"], { descriptors: 256 });
    expect(code).toBe(0);
    expect(jobs[0]?.files).toHaveLength(2_000);
    expect(stdout).toContain("2000 files done");
  });
});
