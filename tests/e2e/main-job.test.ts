import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { get } from "node:http";
import { basename, join, parse } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { samplesOf } from "../../cli/files/samples.ts";
import type { AssignLine } from "../../shared/contract/jobs.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import {
  assign,
  assignLines,
  fixture,
  job,
  multipart,
  post,
  type RunningFleet,
  startFleet,
} from "./fleet.ts";

interface RealFile {
  readonly file: string;
  readonly fields: readonly string[];
  /** A file that the job needs, too. */
  readonly beside?: string;
}

/**
 * Fixtures and the fields that their results must have; those of the classic service are the files of its
 * recordings. A task without a row gets its first sample file.
 */
const REAL: Readonly<Record<string, RealFile>> = {
  image: { file: "classic/inputs/tiny.jpg", fields: [] },
  text: {
    file: "classic/inputs/review.txt",
    fields: [
      ...["word_count", "character_count", "sentence_count", "common_words"],
      ...["sentiment_score", "positive_words", "negative_words"],
    ],
  },
  embedding: {
    file: "classic/inputs/review.txt",
    fields: ["vector", "features", "vector_size", "non_zero_features"],
  },
  ocr: {
    file: "classic/inputs/words.png",
    fields: [
      ...["extracted_text", "word_count", "character_count", "average_confidence"],
      ...["image_size", "image_mode"],
    ],
  },
  audio: {
    file: "classic/inputs/tone.wav",
    fields: [
      ...["duration_seconds", "sample_rate", "channels", "sample_width"],
      ...["rms_energy", "zero_crossings", "file_size_bytes"],
    ],
  },
  document: {
    file: "classic/inputs/page.pdf",
    fields: ["document_type", "page_count", "text_content", "word_count", "character_count", "metadata"],
  },
  mean: { file: "mean/nist-Lew.txt", fields: ["count", "mean", "stddev"] },
  train: { file: "../../examples/files/apples.csv", fields: ["model", "features", "metrics", "arrays"] },
  predict: {
    file: "../../examples/files/apples-new.csv",
    fields: [],
    beside: "../../examples/files/apples_model.json",
  },
  function: { file: "../../examples/files/orders.json", fields: ["results", "console", "counts"] },
};

/** Names of results that clients rely on. */
const SAVED_AS: Readonly<Record<string, string>> = {
  image: "processed_tiny.png",
  text: "review_analysis.json",
  embedding: "review_embedding.json",
  ocr: "words_ocr.json",
  audio: "tone_audio_analysis.json",
  document: "page_document_analysis.json",
  mean: "nist-Lew_mean.json",
  train: "apples_model.json",
  predict: "apples-new_predictions.csv",
  function: "orders_function.json",
};

/** A real file of a task, the name of its result, and fields that the result has. */
async function realFileOf(task: TaskDefinition) {
  const { file, fields, beside }: Partial<RealFile> & Pick<RealFile, "fields"> = REAL[task.name] ?? {
    fields: [],
  };
  const [sample = ""] = file === undefined ? await samplesOf(task) : [];
  const body = await (file === undefined ? readFile(sample) : fixture(file));
  const name = basename(file ?? sample);
  const options = task.options.parse({});
  const savedAs = SAVED_AS[task.name] ?? task.resultName(parse(name).name, options);
  const others = beside === undefined ? [] : [{ name: basename(beside), body: await fixture(beside) }];
  return { name, body, others, savedAs, fields, isJson: task.resultType(options) === "application/json" };
}

describe("a master and two slaves", () => {
  let fleet: RunningFleet;
  beforeAll(async () => {
    fleet = await startFleet({ FLEET_TOKEN: "secret", ALLOW_FUNCTIONS: "sandbox" });
    await Promise.all([fleet.slave(), fleet.slave()]);
    await fleet.alive(2);
  });
  afterAll(async () => await fleet.stop());

  test.each(TASKS.map((task) => [task.name, task] as const))(
    "%s: a real file goes in, its result lies in its folder",
    async (task, definition) => {
      const { name: file, body, others, savedAs, isJson, fields } = await realFileOf(definition);
      const { field } = definition;
      const { status, body: answer } = await assign(fleet.master.url, [{ name: file, body }, ...others], {
        field,
        task,
        options: definition.sampleOptions ?? {},
      });
      expect(answer.failed_files).toEqual([]);
      expect(status).toBe(200);
      expect(answer).toMatchObject({
        message: `${task[0]?.toUpperCase()}${task.slice(1)} processing complete`,
        task_type: task,
        total_files_processed: 1 + others.length,
        state: "succeeded",
      });
      const [view] = answer.files;
      expect(view).toMatchObject({ index: 0, filename: file, state: "done", bytes: body.length });
      expect(answer.saved_files[0]).toBe(view?.saved_as);
      expect(answer.saved_files).toHaveLength(1 + others.length);
      expect(view?.saved_as?.endsWith(`/${task}/${savedAs}`)).toBe(true);
      const saved = await readFile(join(fleet.results, task, savedAs));
      const fetched = Buffer.from(await (await fetch(`${fleet.master.url}${view?.url}`)).arrayBuffer());
      expect(fetched.equals(saved)).toBe(true);
      expect(createHash("sha256").update(saved).digest("hex")).toBe(view?.result_sha256);
      if (!isJson) return;
      const result = JSON.parse(saved.toString("utf8"));
      expect(Object.keys(result)).toEqual(expect.arrayContaining([...fields]));
      expect(result).toMatchObject({ task, filename: file, input_sha256: view?.sha256 });
    },
  );

  test("answers files in the order of the upload, each with its result", async () => {
    const files = Array.from({ length: 60 }, (_, n) =>
      text(`order-${n}.txt`, `This is text number ${n}. Good.`),
    );
    const { body } = await assign(fleet.master.url, files, { task: "text" });
    expect(body.files.map((file) => file.filename)).toEqual(files.map((file) => file.name));
    expect(body.total_files_processed).toBe(60);
    const slaves = Object.keys(body.statistics.slaves);
    expect(slaves.length).toBeGreaterThanOrEqual(1);
  });

  test("streams a line per file and always a last one", async () => {
    const files = [text("a.txt", "One."), text("b.txt", "Two."), { name: "bad.txt", body: binary() }];
    const lines: AssignLine[] = [];
    for await (const line of assignLines(fleet.master.url, files, { task: "text" })) lines.push(line);
    expect(lines[0]).toMatchObject({ type: "job", total_files: 3 });
    expect(lines.slice(1, -1).map((line) => line.type)).toEqual(["file", "file", "file"]);
    expect(lines.at(-1)).toMatchObject({ type: "end", state: "partial", total_files_processed: 2 });
  });

  test("takes the fields in any order", async () => {
    const form = new FormData();
    form.append("texts", new Blob(["Late task type."]), "late.txt");
    form.append("task_type", "text");
    const response = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body: form });
    expect(response.status).toBe(200);
  });

  test("gives JSON results inline on request", async () => {
    const headers = { prefer: "return=representation" };
    const { body, headers: got } = await assign(fleet.master.url, [text("inline.txt", "Lovely day.")], {
      task: "text",
      headers,
    });
    expect(got.get("preference-applied")).toBe("return=representation");
    expect(body.files[0]?.result).toMatchObject({ task: "text", word_count: 2 });
  });

  test("a corrupt file fails alone, by name and with a code", async () => {
    const jpg = await fixture("classic/inputs/tiny.jpg");
    const files = [
      { name: "good.jpg", body: jpg },
      { name: "cut.jpg", body: jpg.subarray(0, jpg.length / 2) },
      { name: "empty.jpg", body: Buffer.alloc(0) },
    ];
    const { status, body } = await assign(fleet.master.url, files, { field: "images", task: "image" });
    expect(status).toBe(200);
    expect(body.state).toBe("partial");
    expect(body.message).toBe("Image finished: 1 of 3 files done, 2 failed.");
    expect(body.saved_files).toHaveLength(1);
    expect(body.failed_files.map(({ filename, code }) => [filename, code])).toEqual([
      ["cut.jpg", "corrupt_file"],
      ["empty.jpg", "empty_file"],
    ]);
  });

  test("answers 422 with the same body when no file was done", async () => {
    const files = [{ name: "x.jpg", body: Buffer.from("no picture at all") }];
    const { status, body } = await assign(fleet.master.url, files, { field: "images" });
    expect(status).toBe(422);
    expect(body).toMatchObject({ state: "failed", total_files_processed: 0, saved_files: [] });
    expect(body.message).toBe("Image finished: 0 of 1 file done, 1 failed.");
    expect(body.failed_files[0]?.filename).toBe("x.jpg");
  });

  test("twins of one name get two results", async () => {
    const files = [text("twin.txt", "First of two."), text("twin.txt", "The second one!")];
    const { body } = await assign(fleet.master.url, files, { task: "text" });
    expect(new Set(body.saved_files).size).toBe(2);
    const results = await Promise.all(body.files.map((file) => fetchJson(fleet.master.url + file.url)));
    expect(results.map((result) => result.input_sha256)).toEqual(body.files.map((file) => file.sha256));
  });

  test("a name never leads out of the results folder", async () => {
    const names = [
      "../../evil.txt",
      "..\\evil.txt",
      "/etc/evil.txt",
      "..",
      "CON.txt",
      ".hidden",
      `${"é".repeat(300)}.txt`,
    ];
    const files = names.map((name, n) => text(name, `Evil number ${n}.`));
    const { body } = await assign(fleet.master.url, files, { task: "text" });
    expect(body.failed_files).toEqual([]);
    const folder = await readdir(join(fleet.results, "text"));
    for (const saved of body.saved_files) expect(folder).toContain(saved.split("/").at(-1));
    expect((await readdir(fleet.folder)).toSorted()).toEqual(["data", "processed_results"]);
  });

  test("a name that no header can hold is made safe, and its request goes on", async () => {
    const files = [text("a\u0000b.txt", "Nul."), text("other.txt", "One two.")];
    const { status, body } = await assign(fleet.master.url, files, { task: "text" });
    expect(status).toBe(200);
    expect(body.files.map(({ filename, state }) => [filename, state])).toEqual([
      ["a_b.txt", "done"],
      ["other.txt", "done"],
    ]);
  });

  test.each([
    ["an unknown task", { task: "video" }, "Unknown task type: video", "unknown_task"],
    ["an empty task", { task: "" }, "Unknown task type: ", "unknown_task"],
    [
      "a wrong field",
      { task: "text", field: "images" },
      "No files provided for text processing",
      "wrong_field",
    ],
  ] as const)("%s is a 400 that names what is valid", async (_what, how, error, code) => {
    const { status, body } = await assign(fleet.master.url, [text("a.txt", "A.")], how);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error, code, valid_values: expect.any(Array), hint: expect.any(String) });
  });

  test("no file, and no multipart at all, are a 400", async () => {
    const { status, body } = await assign(fleet.master.url, [], { task: "audio" });
    expect([status, body.error, body.code]).toEqual([
      400,
      "No files provided for audio processing",
      "no_files",
    ]);
    const json = await fetch(`${fleet.master.url}/assign_task`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect([json.status, await json.json()]).toEqual([
      400,
      expect.objectContaining({
        code: "not_multipart",
        error:
          "The request's body is application/json, not a form. Files are sent like this: " +
          `curl -F task_type=text -F texts=@FILE ${fleet.master.url}/assign_task`,
      }),
    ]);
  });

  test.each([
    ["images", "image"],
    ["images[]", "image"],
    ["audio_files", "audio"],
    ["documents", "document"],
    ["numbers", "mean"],
  ])("without task_type, files under %s are of the task %s", async (field, task) => {
    const { body } = await assign(fleet.master.url, [text("a.txt", "1\n2\n")], { field });
    expect(body.task_type).toBe(task);
  });

  test.each([
    ["texts", /^task_type is missing, and files came under texts, which text and embedding take\. /, 2],
    ["pictures", /^task_type is missing, and files came under pictures\. /, TASKS.length],
  ])(
    "without task_type, files under %s are refused with the tasks to choose from",
    async (field, error, choice) => {
      const { status, body } = await assign(fleet.master.url, [text("a.txt", "A.")], { field });
      expect([status, body.code, body.error]).toEqual([400, "no_task", expect.stringMatching(error)]);
      expect(body).toMatchObject({ field: "task_type", hint: expect.stringContaining("curl -F task_type=") });
      expect(body.valid_values).toHaveLength(choice);
    },
  );

  test("without task_type, files of two fields or none at all are refused", async () => {
    const form = multipart([text("a.png", "A.")], { field: "images" });
    form.append("documents", new Blob(["B."]), "b.txt");
    for (const body of [form, multipart([], {})]) {
      const answer = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body });
      const { code } = (await answer.json()) as { code: string };
      expect([answer.status, code]).toEqual([400, "no_task"]);
    }
  });

  test("wrong options are a 400 that names the valid ones", async () => {
    const how = { field: "images", task: "image", options: { colour: "red" } };
    const { status, body } = await assign(fleet.master.url, [text("a.jpg", "A")], how);
    expect([status, body.code]).toEqual([400, "bad_options"]);
    expect(body).toMatchObject({ valid_values: expect.arrayContaining(["format"]) });
  });

  test("serves results with ranges and a digest", async () => {
    const { body } = await assign(fleet.master.url, [text("range.txt", "Some text to cut.")], {
      task: "text",
    });
    const url = `${fleet.master.url}${body.files[0]?.url}`;
    const whole = await fetch(url);
    expect(whole.headers.get("etag")).toBe(`"${body.files[0]?.result_sha256}"`);
    expect(whole.headers.get("content-disposition")).toMatch(/^attachment/);
    const range = await fetch(url, { headers: { range: "bytes=2-9" } });
    expect([range.status, await range.text()]).toEqual([206, (await whole.text()).slice(2, 10)]);
    expect(await statusOf(url, { "if-none-match": whole.headers.get("etag") ?? "" })).toBe(304);
  });

  test.each([
    "/results/text/nothing.json",
    "/results/text/..%2f..%2fjobs.sqlite",
    "/results/.tmp/x",
    "/results/nope/x",
  ])("%s is not there", async (path) => {
    expect((await fetch(fleet.master.url + path)).status).toBe(404);
  });

  test("an asynchronous job is accepted, runs, and can be read", async () => {
    const headers = { prefer: "respond-async" };
    const response = await post(fleet.master.url, [text("later.txt", "In a while.")], {
      task: "text",
      headers,
    });
    expect(response.status).toBe(202);
    const { job_id: id } = (await response.json()) as { job_id: string };
    expect(response.headers.get("location")).toBe(`/jobs/${id}`);
    await expect.poll(async () => (await job(fleet.master.url, id)).state).toBe("succeeded");
  });

  test("a client that leaves cancels its job", async () => {
    const gone = new AbortController();
    const body = await fixture("classic/inputs/words.png");
    const files = Array.from({ length: 40 }, (_, n) => ({ name: `page-${n}.png`, body }));
    const lines = assignLines(fleet.master.url, files, { field: "images", task: "ocr", signal: gone.signal });
    const first = (await lines.next()).value as AssignLine;
    gone.abort();
    await lines.next().catch(() => undefined);
    const id = first.type === "job" ? first.job_id : "";
    await expect.poll(async () => (await job(fleet.master.url, id)).state).toBe("cancelled");
    const { counts } = await job(fleet.master.url, id);
    expect(counts.done + counts.failed + counts.cancelled).toBe(40);
  });

  test("describes itself", async () => {
    const home = await fetch(fleet.master.url);
    expect([home.headers.get("content-type"), await home.text()]).toEqual([
      "text/plain; charset=utf-8",
      "Master is working",
    ]);
    const page = await fetch(fleet.master.url, { headers: { accept: "text/html" } });
    expect(await page.text()).toContain("<title>manyhands</title>");
    const { tasks } = (await fetchJson(`${fleet.master.url}/tasks`)) as unknown as {
      tasks: { task_type: string }[];
    };
    expect(tasks.map((task) => task.task_type)).toEqual(TASKS.map((task) => task.name));
    expect((await fetch(`${fleet.master.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${fleet.master.url}/readyz`)).status).toBe(200);
    expect(await fetchJson(`${fleet.master.url}/api/workers`)).toMatchObject({ slaves: [{}, {}] });
  });
});

function text(name: string, content: string) {
  return { name, body: Buffer.from(content) };
}

function binary(): Buffer {
  return Buffer.from([
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0, 0, 0, 0, 0xff, 0xfe, 0,
  ]);
}

/** Without the cache headers that `fetch` adds of its own. */
async function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    get(url, { headers }, (response) => resolve(response.resume().statusCode)).once("error", reject);
  });
}

async function fetchJson(url: string): Promise<Record<string, unknown>> {
  return (await (await fetch(url)).json()) as Record<string, unknown>;
}
