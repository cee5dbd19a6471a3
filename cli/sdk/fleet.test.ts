import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import {
  problem,
  type StandInMaster,
  type StandInOptions,
  startStandInMaster,
} from "../../tests/standin/master.ts";
import { type AppError, connect, type FileInput, type FleetClient, type Job, type JobFile } from "./index.ts";
import { nodeFetch } from "./node.ts";

let master: StandInMaster | undefined;

afterEach(async () => {
  await master?.close();
  master = undefined;
});

async function fleetOf(options?: StandInOptions): Promise<FleetClient> {
  master = await startStandInMaster(options);
  return await connect({ master: master.url });
}

const note = (name: string, bytes = "one"): FileInput => ({ name, bytes });

async function resultsOf(job: Job): Promise<JobFile[]> {
  const files: JobFile[] = [];
  for await (const file of job.results()) files.push(file);
  return files;
}

test("a job is submitted, gives each file as it ends, and has an end", async () => {
  const fleet = await fleetOf();
  const job = await fleet.submit("text", [note("a.txt"), note("b.txt", "BAD")]);
  expect((await resultsOf(job)).map(({ filename, state }) => [filename, state])).toEqual([
    ["b.txt", "failed"],
    ["a.txt", "done"],
  ]);
  expect((await job.done()).state).toBe("partial");
});

test.each([
  ["bytes", async (): Promise<FileInput> => ({ name: "a.txt", bytes: new TextEncoder().encode("hello") })],
  ["a Blob", async (): Promise<FileInput> => new File(["hello"], "a.txt")],
  ["a stream", async (): Promise<FileInput> => ({ name: "a.txt", stream: new Blob(["hello"]).stream() })],
  [
    "a path",
    async (): Promise<FileInput> => {
      const path = join(tmpdir(), `manyhands-${process.pid}-sent.txt`);
      await writeFile(path, "hello");
      return { name: "a.txt", path };
    },
  ],
])("%s can be sent, by the fetch of the runtime and by nodeFetch", async (_what, file) => {
  master = await startStandInMaster();
  for (const more of [{}, { fetch: nodeFetch() }]) {
    const fleet = await connect({ master: master.url, ...more });
    await fleet.submit("text", [await file()]);
  }
  const sent = [{ field: "texts", filename: "a.txt", text: "hello" }];
  expect(master.jobs.map(({ files }) => files)).toEqual([sent, sent]);
});

test("leaving the results early closes the connection and leaves the job alone", async () => {
  const fleet = await fleetOf({ upload: "stall" });
  const job = await fleet.submit("text", [note("a.txt")]);
  for await (const _file of job.results()) break;
  await master?.left;
  expect(master?.requests).not.toContain("DELETE /jobs/JOB1");
});

test("an abort is thrown as its reason", async () => {
  const fleet = await fleetOf({ upload: "hang" });
  const job = await fleet.submit("text", [note("a.txt")]);
  const abort = new AbortController();
  const reason = new Error("enough");
  const done = job.done({ signal: abort.signal });
  await expect.poll(() => master?.requests).toContain("GET /jobs/JOB1/events");
  abort.abort(reason);
  await expect(done).rejects.toBe(reason);
  await master?.left;
});

test("a connection that breaks after each event loses no file and doubles none", async () => {
  const fleet = await fleetOf({ upload: "cut" });
  const job = await fleet.submit(
    "text",
    ["a", "b", "c"].map((name) => note(name)),
  );
  expect((await resultsOf(job)).map(({ index }) => index)).toEqual([2, 1, 0]);
  expect(master?.requests.filter((request) => request.endsWith("/events"))).toHaveLength(6);
});

test("an upload whose answer does not arrive is sent again under its key", async () => {
  const fleet = await fleetOf({ upload: "unsent" });
  await fleet.submit("text", [note("a.txt")]);
  const keys = master?.jobs.map(({ headers }) => headers["idempotency-key"]) ?? [];
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test("a stream that can be read once is not sent again; one that can be opened anew is", async () => {
  const fleet = await fleetOf({ upload: "unsent" });
  const once = fleet.submit("text", [{ name: "a", stream: new Blob(["a"]).stream() }]);
  await expect(once).rejects.toMatchObject({ code: "master_unreachable" });
  await master?.close();
  const again = await fleetOf({ upload: "unsent" });
  await again.submit("text", [{ name: "a", stream: () => new Blob(["a"]).stream() }]);
  expect(master?.jobs[1]?.files).toMatchObject([{ text: "a" }]);
});

test("a master that is busy is asked again when it says, and no longer than retrySeconds", async () => {
  const busy = { ...problem(429, "queue_full", "Full."), retryAfter: 1 };
  master = await startStandInMaster({ refusals: [busy] });
  const fleet = await connect({ master: master.url });
  const job = await fleet.submit("text", [note("a.txt")]);
  expect(job.view.state).toBe("queued");
  await master.close();
  master = await startStandInMaster({ refusals: [{ ...busy, retryAfter: 30 }] });
  const hasty = await connect({ master: master.url, retrySeconds: 2 });
  await expect(hasty.submit("text", [note("a.txt")])).rejects.toMatchObject({
    code: "queue_full",
    status: 429,
    retryAfter: 30,
  });
});

test("files are opened one after the other, each when its turn comes", async () => {
  const fleet = await fleetOf();
  const events: string[] = [];
  const file = (name: string): FileInput => ({
    name,
    stream: () => {
      events.push(`open ${name}`);
      return contentOf(name);
    },
  });
  async function* contentOf(name: string) {
    yield new TextEncoder().encode(name);
    events.push(`end ${name}`);
  }
  await fleet.submit("text", [file("a"), file("b")]);
  expect(events).toEqual(["open a", "end a", "open b", "end b"]);
});

test("a file that cannot be opened is left out and told of; without a listener the call fails", async () => {
  const fleet = await fleetOf();
  const broken: FileInput = { name: "b", stream: () => Promise.reject(new Error("gone")) };
  const files = [broken, note("a.txt")];
  const told: unknown[] = [];
  const onUnreadable = (file: FileInput, error: unknown) => told.push([file, String(error)]);
  const job = await fleet.submit("text", files, { onUnreadable });
  expect((await resultsOf(job)).map((view) => view.filename)).toEqual(["a.txt"]);
  expect(told).toEqual([[broken, "Error: gone"]]);
  await expect(fleet.submit("text", files)).rejects.toThrow("gone");
});

test("a refusal keeps the master's code, status and details", async () => {
  const fleet = await fleetOf({ upload: problem(400, "bad_options", "Not so.", { valid_values: ["a"] }) });
  await expect(fleet.submit("text", [note("a.txt")])).rejects.toMatchObject({
    code: "bad_options",
    message: "Not so.",
    status: 400,
    details: { valid_values: ["a"] },
  } satisfies Partial<AppError>);
});

test("an unknown task is refused before anything is sent", async () => {
  const fleet = await fleetOf();
  await expect(fleet.submit("nosuch", [])).rejects.toMatchObject({
    code: "unknown_task",
    details: { valid_values: ["text", "image"] },
  });
  expect(master?.requests).toEqual(["GET /tasks"]);
});

test("a master that is not there is master_unreachable, another server bad_answer or a plain status", async () => {
  await expect(connect({ master: "127.0.0.1:1" })).rejects.toMatchObject({ code: "master_unreachable" });
  const fleet = await fleetOf({ results: { "/jobs/x?limit=0": "<html>", "/slaves": "[]" } });
  await expect(fleet.jobs.get("x")).rejects.toMatchObject({ code: "bad_answer" });
  await expect(fleet.slaves.list()).rejects.toMatchObject({ code: "bad_answer" });
  await expect(fleet.jobs.get("y")).rejects.toMatchObject({ code: "not_found", status: 404 });
});

test("a result is read as bytes, text, JSON and stream; a file without one says why", async () => {
  const fleet = await fleetOf({ results: { "/results/text/a.txt.json": '{"a":1}' } });
  const job = await fleet.submit("text", [note("a.txt"), note("b.txt", "BAD")]);
  const [failed, done] = await resultsOf(job);
  expect(await done?.json()).toEqual({ a: 1 });
  expect(await done?.text()).toBe('{"a":1}');
  expect((await done?.arrayBuffer())?.byteLength).toBe(7);
  expect(await new Response(await done?.stream()).text()).toBe('{"a":1}');
  await expect(failed?.json()).rejects.toMatchObject({ message: "b.txt has no result: It is damaged." });
});

test("a master below a path of its own is asked there", async () => {
  await fleetOf();
  await expect(connect({ master: `${master?.url}/hands/` })).rejects.toMatchObject({ status: 404 });
  expect(master?.requests).toContain("GET /hands/tasks");
});

test("the core names no module of Node", async () => {
  for (const file of ["index", "fleet", "http", "files", "form", "submit", "follow", "job"])
    expect(await readFile(join(import.meta.dirname, `${file}.ts`), "utf8")).not.toMatch(/from "node:/);
});
