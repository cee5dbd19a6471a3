import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CliFolder, jobView } from "../../../tests/standin/cliFolder.ts";

let folder: CliFolder;

beforeEach(async () => {
  folder = await CliFolder.make();
});

afterEach(() => folder.close());

const FILE = {
  ...{ index: 0, filename: "a.txt", state: "done", bytes: 3, sha256: "0".repeat(64), attempts: 1 },
  ...{ name: "a_analysis.json", saved_as: "processed_results/text/a_analysis.json", url: "/results/text/a" },
};
const WHOLE = { name: "all.csv", url: "/results/text/all" };

async function withResults(results: Readonly<Record<string, string>>): Promise<void> {
  const list = { job_id: "JOB1", results: [FILE], attachments: [WHOLE], zip: "/jobs/JOB1/results.zip" };
  await folder.standIn({ results: { "/jobs/JOB1/results": JSON.stringify(list), ...results } });
}

test("results lists what a job has, and where it is", async () => {
  await withResults({});
  const { code, stdout } = await folder.run(["results", "JOB1"]);
  expect([code, stdout]).toEqual([
    0,
    "FILE             RESULT\na.txt            /results/text/a\n(the whole job)  /results/text/all\n",
  ]);
});

test("results --out fetches them", async () => {
  await withResults({ "/results/text/a": "hi", "/results/text/all": "1,2" });
  const { code, stdout } = await folder.run(["results", "JOB1", "--out", "out", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    job_id: "JOB1",
    results: [{ filename: "a.txt", saved_to: join("out", "a_analysis.json") }],
    attachments: [{ saved_to: join("out", "all") }],
  });
  expect(await readFile(join(folder.path, "out/a_analysis.json"), "utf8")).toBe("hi");
});

test("results --out mirrors the folders of the upload, and stays in its own for all names that the master gives", async () => {
  const placed = (path: string) => ({ ...FILE, path });
  const list = {
    ...{ job_id: "JOB1", attachments: [], zip: "/jobs/JOB1/results.zip" },
    results: [placed("a/b/a.txt"), placed("../../../a.txt"), placed("/etc/a.txt")],
  };
  await folder.standIn({ results: { "/jobs/JOB1/results": JSON.stringify(list), "/results/text/a": "hi" } });
  const { code, stdout } = await folder.run(["results", "JOB1", "--out", "out", "--json"]);
  expect(code).toBe(0);
  const { results } = JSON.parse(stdout) as { results: { saved_to: string }[] };
  expect(results.map(({ saved_to }) => saved_to)).toEqual([
    "out/a/b/a_analysis.json",
    "out/result/result/result/a_analysis.json",
    "out/result/etc/a_analysis.json",
  ]);
});

test("a result that cannot be fetched is named: exit 1", async () => {
  await withResults({ "/results/text/all": "1,2" });
  const { code, stdout } = await folder.run(["results", "JOB1", "--out", "out"]);
  expect(code).toBe(1);
  expect(stdout).toContain("a.txt            not fetched: not_found");
});

test("a job without results says where its state is", async () => {
  const none = { job_id: "JOB1", results: [], attachments: [], zip: "" };
  await folder.standIn({ results: { "/jobs/JOB1/results": JSON.stringify(none) } });
  const { code, stdout } = await folder.run(["results", "JOB1"]);
  expect([code, stdout]).toEqual([0, "Job JOB1 has no results yet: manyhands jobs JOB1 shows its state.\n"]);
});

test("cancel says how far the job was", async () => {
  const { requests } = await folder.standIn({ jobs: [jobView({ state: "cancelled" })] });
  const { code, stdout } = await folder.run(["cancel", "JOB1"]);
  expect([code, stdout]).toEqual([0, "job JOB1 is cancelled, 2 of 3 files done\n"]);
  expect(requests).toEqual(["DELETE /jobs/JOB1"]);
});

test("cancel of a job that is over tells its state", async () => {
  await folder.standIn({ jobs: [jobView()] });
  expect((await folder.run(["cancel", "JOB1"])).stdout).toContain("job JOB1 had ended already: partial");
});

test("retry names the new job, and changes options", async () => {
  const again = jobView({ id: "JOB2", job_id: "JOB2", retry_of: "JOB1" });
  const { requests } = await folder.standIn({
    jobs: [jobView()],
    results: { "/jobs/JOB1/retry": JSON.stringify(again) },
  });
  const { code, stdout } = await folder.run(["retry", "JOB1", "-o", "common_words=3"]);
  expect(code).toBe(0);
  expect(stdout).toBe(
    "job JOB2: 3 files of job JOB1 again\n" +
      "manyhands jobs JOB2 shows it, manyhands results JOB2 --out <dir> fetches its results.\n",
  );
  expect(requests).toEqual(["GET /jobs/JOB1?limit=0", "POST /jobs/JOB1/retry"]);
});

test("jobs list is printed as CSV and as a line for each job", async () => {
  await folder.standIn({
    jobs: [jobView({ error: '=1+1, "twice"' }), jobView({ id: "JOB2", job_id: "JOB2" })],
  });
  const csv = await folder.run(["jobs", "--output", "csv"]);
  const [head = "", first, second] = csv.stdout.split("\n");
  expect(head).toMatch(/^id,name,task_type,state,counts\.total,.*,code,error$/);
  expect(first).toBe(
    'JOB1,a.txt and 2 more,text,partial,3,0,0,2,1,0,10,1,2026-01-02T03:04:05.000Z,,,,,"\'=1+1, ""twice"""',
  );
  expect(second).toMatch(/^JOB2,/);
  const { stdout } = await folder.run(["jobs", "list", "--output=ndjson"]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(["JOB1", "JOB2"]);
});

test("one job is a line or a CSV record for each of its files", async () => {
  await folder.standIn({ jobs: [jobView()] });
  const { code, stdout } = await folder.run(["jobs", "show", "JOB1", "--output", "csv"]);
  expect([code, stdout.startsWith("index,filename,path,state,")]).toEqual([0, true]);
});

test("a search is sent as one, and says what is not shown", async () => {
  const { requests } = await folder.standIn({
    results: { "/jobs": JSON.stringify({ jobs: [jobView()], total: 7, next_cursor: "JOB1" }) },
  });
  const args = ["--query", 'invoice file:"a b.pdf"', "--state", "failed", "--since", "2h", "--limit", "1"];
  const { code, stderr } = await folder.run(["jobs", "list", ...args]);
  expect([code, stderr]).toEqual([0, "1 of 7 jobs; --limit shows more.\n"]);
  expect(requests).toEqual(['GET /jobs?q=invoice+file:"a+b.pdf"+state:failed+since:2h&limit=1']);
  const bad = await folder.run(["jobs", "--since", "yesterday-ish"]);
  expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining("An age such as 30m, 2h or 7d")]);
});

test("jobs cancel, retry and delete change all jobs that match; those that cannot be changed are named: exit 1", async () => {
  const skipped = [{ id: "JOB3", code: "job_running", error: "The job still runs." }];
  const outcome = JSON.stringify({ total: 3, changed: ["JOB1", "JOB2"], skipped });
  const { requests } = await folder.standIn({
    results: { "/jobs/cancel": outcome, "/jobs/retry": outcome, "/jobs/delete": outcome },
  });
  const { code, stdout } = await folder.run(["jobs", "delete", "--state", "failed", "--yes"]);
  expect([code, stdout]).toEqual([
    1,
    "2 of 3 jobs deleted:\n  JOB1\n  JOB2\n  JOB3 is skipped: The job still runs. (job_running)\n",
  ]);
  const csv = await folder.run(["cancel", "--query", "x", "--output", "csv"]);
  expect(csv.stdout).toBe(
    "id,outcome,code,error\nJOB1,cancelled,,\nJOB2,cancelled,,\nJOB3,skipped,job_running,The job still runs.\n",
  );
  expect((await folder.run(["jobs", "retry", "--since", "1d", "-o", "quality=5", "--json"])).code).toBe(1);
  expect(requests).toEqual(["POST /jobs/delete", "POST /jobs/cancel", "POST /jobs/retry"]);
});

test("jobs delete needs either ids or a search: exit 2", async () => {
  const { requests } = await folder.standIn({ jobs: [jobView()] });
  const none = await folder.run(["jobs", "delete"]);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("Either ids of jobs are needed")]);
  expect((await folder.run(["jobs", "delete", "JOB1", "--state", "failed"])).code).toBe(2);
  expect(requests).toEqual([]);
  const one = await folder.run(["jobs", "delete", "JOB1"]);
  expect([one.code, one.stdout]).toEqual([0, "job JOB1 is deleted, with its files and results\n"]);
});

test("of several ids each has its own outcome: exit 1 when one fails", async () => {
  await folder.standIn({ jobs: [jobView({ state: "cancelled" })] });
  const { code, stdout } = await folder.run(["jobs", "cancel", "NOSUCH", "JOB1"]);
  expect([code, stdout]).toEqual([
    1,
    "job NOSUCH: There is nothing at this address. (not_found)\njob JOB1 is cancelled, 2 of 3 files done\n",
  ]);
});

test("jobs watch ends with the job, and its exit code tells how", async () => {
  await folder.standIn({
    jobs: [jobView({ started_at: "2026-01-02T03:04:05Z", ended_at: "2026-01-02T03:04:09Z" })],
  });
  const { code, stdout, stderr } = await folder.run(["jobs", "watch", "JOB1"]);
  expect([code, stdout]).toEqual([
    1,
    "job JOB1  text  partial in 4.0 s  a.txt and 2 more\n2 of 3 files done, 1 failed\n",
  ]);
  expect(stderr).toBe("partial  3 of 3 files, 1 failed\n");
  const lines = await folder.run(["jobs", "watch", "JOB1", "--output", "ndjson"]);
  expect(JSON.parse(lines.stdout)).toMatchObject({ id: "JOB1", state: "partial" });
});

test("an error is JSON where the answer would be", async () => {
  await folder.standIn();
  const { code, stdout } = await folder.run(["jobs", "show", "NOSUCH", "--output", "ndjson"]);
  expect([code, JSON.parse(stdout)]).toMatchObject([2, { code: "not_found" }]);
  expect((await folder.run(["jobs", "--json", "--output", "csv"])).code).toBe(2);
});

test.each([["cancel"], ["retry"], ["results"]])("%s of a job that is not there: exit 2", async (command) => {
  await folder.standIn();
  const { code, stderr } = await folder.run([command, "NOSUCH"]);
  expect([code, stderr]).toEqual([2, "manyhands: There is nothing at this address.\n"]);
});
