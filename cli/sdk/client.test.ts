import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import {
  problem,
  type StandInMaster,
  type StandInOptions,
  startStandInMaster,
} from "../../tests/standin/master.ts";
import { type AppError, fileFromBytes, ManyhandsClient, type UploadFile } from "./index.ts";

let master: StandInMaster | undefined;

afterEach(async () => {
  await master?.close();
});

async function connect(options?: StandInOptions): Promise<ManyhandsClient> {
  master = await startStandInMaster(options);
  return new ManyhandsClient({ url: master.url });
}

test("upload gives files in the order of the upload, though they end in another", async () => {
  const client = await connect();
  const answer = await client.upload({
    task: "text",
    files: [fileFromBytes("a.txt", "one"), fileFromBytes("b.txt", "BAD")],
  });
  expect(answer.state).toBe("partial");
  expect(answer.files.map(({ filename, state }) => [filename, state])).toEqual([
    ["a.txt", "done"],
    ["b.txt", "failed"],
  ]);
});

test("uploadLines tells of each file as it ends: job first, end last", async () => {
  const client = await connect();
  const types: string[] = [];
  for await (const line of client.uploadLines({ task: "text", files: [fileFromBytes("a.txt", "one")] }))
    types.push(line.type);
  expect(types).toEqual(["job", "file", "end"]);
});

test("leaving the loop early closes the connection", async () => {
  const client = await connect({ upload: "hang" });
  for await (const _line of client.uploadLines({ task: "text", files: [fileFromBytes("a.txt", "one")] }))
    break;
  await master?.left;
});

test("an abort is thrown as its reason", async () => {
  const client = await connect({ upload: "hang" });
  const abort = new AbortController();
  const reason = new Error("enough");
  const upload = client.upload({
    task: "text",
    files: [fileFromBytes("a.txt", "one")],
    signal: abort.signal,
  });
  await master?.arrived;
  abort.abort(reason);
  await expect(upload).rejects.toBe(reason);
  await master?.left;
});

test("files are opened one after the other, each when its turn comes", async () => {
  const client = await connect();
  const events: string[] = [];
  const file = (name: string): UploadFile => ({
    name,
    open: async () => {
      events.push(`open ${name}`);
      return contentOf(name);
    },
  });
  async function* contentOf(name: string) {
    yield Buffer.from(name);
    events.push(`end ${name}`);
  }
  await client.upload({ task: "text", files: [file("a"), file("b")] });
  expect(events).toEqual(["open a", "end a", "open b", "end b"]);
});

test("a file that cannot be opened is left out and told of; without a listener the upload fails", async () => {
  const client = await connect();
  const broken: UploadFile = { name: "b", open: () => Promise.reject(new Error("gone")) };
  const files = [broken, fileFromBytes("a.txt", "one")];
  const told: unknown[] = [];
  const onUnreadable = (file: UploadFile, error: unknown) => told.push([file.name, String(error)]);
  const answer = await client.upload({ task: "text", files, onUnreadable });
  expect(answer.files.map((view) => view.filename)).toEqual(["a.txt"]);
  expect(told).toEqual([["b", "Error: gone"]]);
  await expect(client.upload({ task: "text", files })).rejects.toThrow("gone");
});

test("a refusal keeps the master's code, status and details", async () => {
  const client = await connect({ upload: problem(400, "bad_options", "Not so.", { valid_values: ["a"] }) });
  const refused = client.upload({ task: "text", files: [fileFromBytes("a.txt", "one")] });
  await expect(refused).rejects.toMatchObject({
    code: "bad_options",
    message: "Not so.",
    status: 400,
    details: { valid_values: ["a"] },
  } satisfies Partial<AppError>);
});

test("an unknown task is refused before anything is sent", async () => {
  const client = await connect();
  await expect(client.upload({ task: "nosuch", files: [] })).rejects.toMatchObject({
    code: "unknown_task",
    details: { valid_values: ["text", "image"] },
  });
  expect(master?.requests).toEqual(["GET /tasks"]);
});

test("an answer that ends in the middle is answer_broken", async () => {
  const client = await connect({ upload: "cut" });
  const upload = client.upload({ task: "text", files: [fileFromBytes("a.txt", "one")] });
  await expect(upload).rejects.toMatchObject({ code: "answer_broken" });
});

test("without a server the code is master_unreachable; with another kind of server bad_answer or a plain status", async () => {
  await expect(new ManyhandsClient({ url: "127.0.0.1:1" }).slaves()).rejects.toMatchObject({
    code: "master_unreachable",
  });
  await connect({ results: { "/jobs/x": "<html>", "/slaves": "[]" } });
  const client = new ManyhandsClient({ url: master?.url ?? "" });
  await expect(client.job("x")).rejects.toMatchObject({ code: "bad_answer" });
  await expect(client.job("y")).rejects.toMatchObject({ code: "not_found", status: 404 });
});

test("download gives the bytes of a result", async () => {
  const client = await connect({ results: { "/results/text/a.json": "{}" } });
  expect(await text(await client.download("/results/text/a.json"))).toBe("{}");
});

test("a master below a path of its own is asked there", async () => {
  await connect();
  const client = new ManyhandsClient({ url: `${master?.url}/hands/` });
  await expect(client.tasks()).rejects.toMatchObject({ status: 404 });
  expect(master?.requests[0]).toBe("GET /hands/tasks");
});
