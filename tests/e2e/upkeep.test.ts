import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { assign, post, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
afterEach(async () => await fleet.stop());

test("an upload to a disk that is too full is a 507, and leaves nothing", async () => {
  fleet = await startFleet({ MIN_FREE_BYTES: "900T" });
  await fleet.slave();
  await fleet.alive(1);
  const { status, body, headers } = await assign(fleet.master.url, [note("x")], { task: "text" });
  expect([status, body.code]).toEqual([507, "no_space"]);
  expect(body.error).toContain("MIN_FREE_BYTES");
  expect(headers.get("retry-after")).toBe("60");
  expect(await spool()).toEqual([]);
});

test("a job expires with its spool; its result stays, and the next of its name gets another one", async () => {
  fleet = await startFleet({ KEEP_JOBS_SECONDS: "0.1" });
  await fleet.slave();
  await fleet.alive(1);
  const first = await assign(fleet.master.url, [note("one")], { task: "text" });
  await until("the job to expire", async () => {
    const { status } = await fetch(`${fleet.master.url}/jobs/${first.body.job_id}`);
    return status === 404 ? true : undefined;
  });
  await until("the spool to be empty", async () => ((await spool()).length === 0 ? true : undefined));
  // Without the record the master cannot tell whose file it is; it stays in the folder.
  expect((await fetch(new URL(first.body.files[0]?.url ?? "", fleet.master.url))).status).toBe(404);
  expect(await readFile(first.body.files[0]?.saved_as ?? "", "utf8")).toContain("schema_version");
  const second = await assign(fleet.master.url, [note("two")], { task: "text" });
  expect(second.body.files[0]?.saved_as).not.toBe(first.body.files[0]?.saved_as);
  expect(await readdir(join(fleet.results, "text"))).toHaveLength(2);
});

test("with KEEP_RESULTS_SECONDS the result goes as well", async () => {
  fleet = await startFleet({ KEEP_RESULTS_SECONDS: "0.1" });
  await fleet.slave();
  await fleet.alive(1);
  await assign(fleet.master.url, [note("one")], { task: "text" });
  await until("the result to go", async () =>
    (await readdir(join(fleet.results, "text"))).length === 0 ? true : undefined,
  );
});

test("an incomplete upload of a killed master is removed by the next start, and accepted jobs are not", async () => {
  fleet = await startFleet();
  const accepted = await post(fleet.master.url, [note("kept")], {
    task: "text",
    headers: { prefer: "respond-async" },
  });
  const { job_id: id } = (await accepted.json()) as { job_id: string };
  const before = await spool();
  const socket = connect(fleet.master.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(unfinishedUpload(fleet.master.port));
  await until("the first file to be in the spool", async () =>
    (await spool()).length > before.length ? true : undefined,
  );
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster();
  await until("the rest to be gone", async () =>
    (await spool()).every((path) => !path.startsWith("large/")) ? true : undefined,
  );
  await fleet.slave();
  await expect
    .poll(async () => (await fetch(`${fleet.master.url}/jobs/${id}`)).json(), { timeout: 30_000 })
    .toMatchObject({ state: "succeeded" });
});

/** One whole file, too large for a pack, and the beginning of another. */
function unfinishedUpload(port: number): string {
  const head = (name: string) =>
    `--b\r\nContent-Disposition: form-data; name="texts"; filename="${name}"\r\n\r\n`;
  const body = `${head("a.txt")}${"word ".repeat(60_000)}\r\n${head("b.txt")}and`;
  return `POST /assign_task HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nPrefer: respond-async\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n${body}`;
}

async function spool(): Promise<string[]> {
  const root = join(fleet.folder, "data", "master", "spool");
  const files = await Promise.all(
    ["large", "packs"].map(async (kind) =>
      (await readdir(join(root, kind))).map((name) => `${kind}/${name}`),
    ),
  );
  return files.flat();
}

function note(text: string) {
  return { name: "note.txt", body: Buffer.from(text) };
}
