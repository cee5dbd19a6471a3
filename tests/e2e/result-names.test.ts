import { createHash } from "node:crypto";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import yauzl from "yauzl";
import { assign, job, type RunningFleet, startFleet } from "./fleet.ts";

describe("two masters with one results folder", () => {
  const fleets: RunningFleet[] = [];
  afterEach(async () => void (await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()))));

  test("no answer names a file that has another's result, and each master serves its own", {
    timeout: 180_000,
  }, async () => {
    const one = await withSlave({});
    const other = await withSlave({ RESULTS_DIR: one.results });
    for (let round = 0; round < 4; round += 1) {
      const files = (text: string) =>
        Array.from({ length: 30 }, (_, n) => note(`same-${round}-${n}.txt`, `${text} ${n}`));
      const [a, b] = await Promise.all([
        assign(one.master.url, files("I love alpha"), { task: "text" }),
        assign(other.master.url, files("I hate beta very much"), { task: "text" }),
      ]);
      for (const [{ body }, { master }] of [
        [a, one],
        [b, other],
      ] as const) {
        expect(body.state).toBe("succeeded");
        for (const { saved_as = "", url, result_sha256 } of body.files) {
          expect(sha256(await readFile(saved_as))).toBe(result_sha256);
          const served = Buffer.from(await (await fetch(`${master.url}${url}`)).arrayBuffer());
          expect(sha256(served)).toBe(result_sha256);
        }
        const { files: recorded } = await job(master.url, body.job_id);
        expect(recorded.map((file) => file.saved_as)).toEqual(body.saved_files);
      }
    }
    expect(await readdir(join(one.results, "text"))).toHaveLength(240);
    expect([...one.master.log, ...other.master.log]).toEqual([]);
  });

  async function withSlave(env: Record<string, string>): Promise<RunningFleet> {
    const fleet = await startFleet(env);
    fleets.push(fleet);
    await fleet.slave();
    await fleet.alive(1);
    return fleet;
  }
});

describe("results of one master", () => {
  let fleet: RunningFleet;
  beforeAll(async () => {
    fleet = await startFleet();
    await fleet.slave();
    await fleet.alive(1);
  });
  afterAll(() => fleet.stop());

  const upload = async (...files: { readonly name: string; readonly body: Buffer }[]) =>
    (await assign(fleet.master.url, files, { task: "text" })).body;
  const get = (path: string) => fetch(`${fleet.master.url}${path}`);

  test("a file that is not on record is served to no client, and no file is served in place of a result", async () => {
    const { files } = await upload(note("mine.txt", "one two"));
    const [mine] = files;
    await writeFile(join(fleet.results, "text", "secret.json"), "of a person");
    expect((await get("/results/text/secret.json")).status).toBe(404);
    const path = mine?.saved_as ?? "";
    await rename(path, `${path}.moved`);
    await writeFile(path, "of a person");
    const answer = await get(mine?.url ?? "");
    expect([answer.status, answer.headers.get("etag")]).toEqual([200, `"${mine?.result_sha256}"`]);
    expect(await answer.json()).toMatchObject({ filename: "mine.txt", word_count: 2 });
  });

  test("a purge removes the job's own files, and leaves those of others under their names", async () => {
    const { files, job_id } = await upload(note("gone.txt", "one"), note("kept.txt", "one two"));
    await writeFile(files[1]?.saved_as ?? "", "of a person");
    await fetch(`${fleet.master.url}/jobs/${job_id}?purge=true`, { method: "DELETE" });
    const left = await readdir(join(fleet.results, "text"));
    expect(left).not.toContain("gone_analysis.json");
    expect(await readFile(files[1]?.saved_as ?? "", "utf8")).toBe("of a person");
  });

  test("the newest result of a name is at its address with `latest`", async () => {
    const first = await upload(note("often.txt", "one"));
    const second = await upload(note("often.txt", "one two"));
    await upload(note("often.txt", "one two three"));
    expect(second.files[0]?.url).toBe("/results/text/often_analysis-2.json");
    const newest = await get(`${first.files[0]?.url}?latest`);
    expect(newest.headers.get("content-location")).toBe("/results/text/often_analysis-3.json");
    expect(newest.headers.get("content-disposition")).toContain("often_analysis-3.json");
    expect(await newest.json()).toMatchObject({ word_count: 3 });
    expect(await (await get(first.files[0]?.url ?? "")).json()).toMatchObject({ word_count: 1 });
    expect((await get("/results/text/never_analysis.json?latest=true")).status).toBe(404);
    expect((await get("/results/text/often_analysis.json?latest=maybe")).status).toBe(400);
  });

  test("folders of an upload are kept in its views and in the zip, and never lead out of the folder", async () => {
    const sent = ["a/report.txt", "b\\report.txt", "../../c/./report.txt", "report.txt"];
    const body = await upload(...sent.map((name, index) => note(name, `word ${"more ".repeat(index)}`)));
    const paths = ["a/report.txt", "b/report.txt", "c/report.txt", "report.txt"];
    expect(body.files.map(({ path, filename }) => [path, filename])).toEqual(
      paths.map((path) => [path, "report.txt"]),
    );
    const names = ["report_analysis", "report_analysis-2", "report_analysis-3", "report_analysis-4"];
    expect(body.saved_files).toEqual(names.map((name) => `${fleet.results}/text/${name}.json`));
    const { files } = await job(fleet.master.url, body.job_id);
    expect(files.map(({ path }) => path)).toEqual(paths);
    const result = JSON.parse(await readFile(body.saved_files[0] ?? "", "utf8")) as object;
    expect(result).toMatchObject({ filename: "report.txt" });
    const zip = Buffer.from(await (await get(`/jobs/${body.job_id}/results.zip`)).arrayBuffer());
    expect(await entriesOf(zip)).toEqual([
      "a/report_analysis.json",
      "b/report_analysis-2.json",
      "c/report_analysis-3.json",
      "report_analysis-4.json",
    ]);
  });
});

function note(name: string, text: string) {
  return { name, body: Buffer.from(text) };
}

function sha256(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

async function entriesOf(body: Buffer): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of (await yauzl.fromBufferPromise(body)).eachEntry()) names.push(entry.fileName);
  return names;
}
