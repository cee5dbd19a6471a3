import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CliFolder, jobView } from "../../tests/standin/cliFolder.ts";

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

test("results --out mirrors the folders of the upload, and stays in its own whatever the master says", async () => {
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
  expect(requests).toEqual(["GET /jobs/JOB1", "POST /jobs/JOB1/retry"]);
});

test.each([["cancel"], ["retry"], ["results"]])("%s of a job that is not there: exit 2", async (command) => {
  await folder.standIn();
  const { code, stderr } = await folder.run([command, "NOSUCH"]);
  expect([code, stderr]).toEqual([2, "manyhands: There is nothing at this address.\n"]);
});
