import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { AssignAnswer } from "../../shared/contract/jobs.ts";
import { type ClassicMaster, classicMaster } from "../standin/classicMaster.ts";
import { type ClassicSlave, classicSlave } from "../standin/classicSlave.ts";
import { assign, fixture, multipart, type RunningFleet, startFleet } from "./fleet.ts";

describe("classic slaves under our master", () => {
  let fleet: RunningFleet;
  let slave: ClassicSlave;
  afterEach(async () => {
    await Promise.all([slave.close(), fleet.stop()]);
  });

  async function startClassic(): Promise<void> {
    fleet = await startFleet();
    slave = await classicSlave();
    expect(await slave.register(fleet.master.url)).toMatchObject({
      status: 200,
      body: { status: "success" },
    });
    // A classic slave registers before it listens, and gets no files before it answers.
    await slave.listen();
    const [view] = await fleet.alive(1);
    expect(view).toMatchObject({ classic: true, slots: 1 });
  }

  test.each([
    ["image", "images", "tiny.jpg", "processed_tiny.png"],
    ["text", "texts", "review.txt", "review_analysis.json"],
    ["ocr", "images", "words.png", "words_ocr.json"],
    ["audio", "audio_files", "tone.wav", "tone_audio_analysis.json"],
    ["document", "documents", "page.pdf", "page_document_analysis.json"],
  ])("%s: its answer is published as it came", async (task, field, name, saved) => {
    await startClassic();
    const { body } = await assign(fleet.master.url, [{ name, body: await inputs(name) }], { task, field });
    expect(body).toMatchObject({ state: "succeeded", total_files_processed: 1 });
    const bytes = await readFile(join(fleet.results, task, saved));
    expect(bytes.toString("base64")).toBe(await recorded(task, 0));
  });

  test("a classic slave gets an embedding as a whole job", async () => {
    await startClassic();
    const files = ["review.txt", "other.txt"];
    const uploads = await Promise.all(files.map(async (name) => ({ name, body: await inputs(name) })));
    const { body } = await assign(fleet.master.url, uploads, { task: "embedding" });
    expect(body).toMatchObject({ state: "succeeded", total_files_processed: 2 });
    expect(body.warnings).toMatchObject([{ code: "classic_options" }]);
    expect(slave.requests).toHaveLength(1);
    const bytes = await readFile(join(fleet.results, "embedding", "other_embedding.json"));
    expect(bytes.toString("base64")).toBe(await recorded("embedding", 1));
  });

  test("twins get different names, and a file that the slave drops fails with a code", async () => {
    await startClassic();
    const files = [
      { name: "same.txt", body: Buffer.from("one") },
      { name: "same.txt", body: Buffer.from("the other one") },
      { name: "same.txt", body: Buffer.from("corrupt") },
    ];
    const { body } = await assign(fleet.master.url, files, { task: "text" });
    expect(body.files.map(({ state, code }) => code ?? state)).toEqual(["done", "done", "dropped_by_slave"]);
    const results = await Promise.all(
      body.files.slice(0, 2).map(async ({ url }) => await (await fetch(fleet.master.url + url)).json()),
    );
    expect(results).toEqual([
      { classic: true, bytes: 3 },
      { classic: true, bytes: 13 },
    ]);
  });

  test.each(["text", "embedding"])(
    "%s: what it never answers ends with the budget `running`",
    async (task) => {
      await startClassic();
      const form = multipart([{ name: "a.txt", body: Buffer.from("endless") }], { task });
      form.append("budgets", '{"running": 0.5}');
      const answer = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body: form });
      const { files } = (await answer.json()) as AssignAnswer;
      expect(files[0]).toMatchObject({
        code: "timed_out",
        error: expect.stringMatching(/^It ran longer than 0\.5 seconds\. .*UNIT_RUN_SECONDS/),
      });
    },
  );

  test("a file that the slave never answers does not affect other files", async () => {
    await startClassic();
    // The first files show how long such files take, so that the next lease has several.
    await assign(fleet.master.url, [{ name: "first.txt", body: Buffer.from("first") }], { task: "text" });
    const files = ["one", "endless", "two"].map((body) => ({ name: `${body}.txt`, body: Buffer.from(body) }));
    const form = multipart(files, { task: "text" });
    form.append("budgets", '{"running": 0.5}');
    const answer = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body: form });
    const body = (await answer.json()) as AssignAnswer;
    expect(body.files.map(({ state, code }) => code ?? state)).toEqual(["done", "timed_out", "done"]);
  });

  test("a job with options waits for a slave of manyhands", async () => {
    await startClassic();
    const uploads = [{ name: "tiny.jpg", body: await inputs("tiny.jpg") }];
    const answer = assign(fleet.master.url, uploads, {
      task: "image",
      field: "images",
      options: { format: "webp" },
    });
    await fleet.slave({ SLAVE_NAME: "ours" });
    expect((await answer).body.files[0]).toMatchObject({ state: "done", slave: "ours" });
    expect(slave.requests).toEqual([]);
  });

  test("a classic slave works beside slaves of manyhands", async () => {
    await startClassic();
    await fleet.slave({ SLAVE_NAME: "ours" });
    await fleet.alive(2);
    const files = Array.from({ length: 40 }, (_, n) => ({
      name: `${n}.txt`,
      body: Buffer.from(`Text ${n}.`),
    }));
    const { body } = await assign(fleet.master.url, files, { task: "text" });
    expect(body.total_files_processed).toBe(40);
    expect(Object.values(body.statistics.slaves).reduce((a, b) => a + b)).toBe(40);
  });
});

describe("a classic client of our master", () => {
  let fleet: RunningFleet;
  afterEach(async () => await fleet.stop());

  test("gets embeddings of 100 terms, where other clients get all", async () => {
    fleet = await startFleet();
    await fleet.slave();
    await fleet.alive(1);
    const text = Array.from({ length: 150 }, (_, at) => `word${at}`).join(" ");
    const sizes = [];
    for (const agent of ["python-requests/2.32.3", "python-httpx/0.28"]) {
      const body = new FormData();
      body.append("task_type", "embedding");
      body.append("texts", new Blob([text], { type: "application/octet-stream" }), "a.txt");
      const headers = { "user-agent": agent, accept: "*/*" };
      const answer = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body, headers });
      const { files } = (await answer.json()) as AssignAnswer;
      const result = await fetch(`${fleet.master.url}${files[0]?.url}`);
      sizes.push(((await result.json()) as { vector_size: number }).vector_size);
    }
    expect(sizes).toEqual([100, 150]);
  });
});

describe("our slave under a classic master", () => {
  let fleet: RunningFleet;
  let master: ClassicMaster;
  afterEach(async () => {
    await Promise.all([master.close(), fleet.stop()]);
  });

  test.each([
    ["image", "images", ["tiny.jpg"], undefined],
    ["text", "texts", ["review.txt"], ["word_count", "sentiment_score", "common_words"]],
    [
      "embedding",
      "texts",
      ["review.txt", "other.txt"],
      ["vector", "features", "vector_size", "non_zero_features"],
    ],
    ["ocr", "images", ["words.png"], ["extracted_text", "average_confidence", "image_size", "image_mode"]],
    [
      "audio",
      "audio_files",
      ["tone.wav"],
      ["duration_seconds", "sample_rate", "rms_energy", "zero_crossings"],
    ],
    ["document", "documents", ["page.pdf", "note.docx", "plain.md"], ["document_type", "text_content"]],
  ])("%s: the classic master reads every result", async (task, field, names, fields) => {
    [fleet, master] = await Promise.all([startFleet(), classicMaster()]);
    await fleet.slave({ MASTER_URL: master.url });
    await expect.poll(() => master.slaves.length).toBe(1);
    const files = await Promise.all(names.map(async (name) => ({ name, body: await inputs(name) })));
    const results = await master.assign(task, field, files);
    expect([...results.keys()].toSorted()).toEqual([...names].toSorted());
    for (const body of results.values()) {
      if (fields === undefined) expect(body.subarray(1, 4).toString()).toBe("PNG");
      else expect(Object.keys(JSON.parse(body.toString("utf8")))).toEqual(expect.arrayContaining(fields));
    }
    if (task !== "embedding") return;
    const [first, second] = [...results.values()].map((body) => JSON.parse(body.toString("utf8")));
    expect(first.features).toEqual(second.features);
    const before = JSON.parse(Buffer.from(await recorded("embedding", 0), "base64").toString("utf8"));
    const ours = JSON.parse((results.get("review.txt") ?? Buffer.alloc(0)).toString("utf8"));
    expect(ours.features).toEqual(before.features);
    for (const [n, weight] of ours.vector.entries()) expect(weight).toBeCloseTo(before.vector[n], 12);
  });

  test("bad requests get the answers of the classic slave", async () => {
    [fleet, master] = await Promise.all([startFleet(), classicMaster()]);
    const { url } = await fleet.slave({ MASTER_URL: master.url });
    expect(await (await fetch(url)).text()).toBe("Slave is working");
    expect(await (await fetch(`${url}/check_status`)).json()).toMatchObject({ status: "alive" });
    const odd = JSON.parse((await fixture("classic/odd_cases.json")).toString("utf8")).bad_requests.result;
    for (const task of ["image", "ocr", "text", "embedding", "audio", "document"]) {
      const { status, answer } = odd[`slave /get_task ${task} without files`];
      const form = new FormData();
      form.append("task_type", task);
      const response = await fetch(`${url}/get_task`, { method: "POST", body: form });
      expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([
        status,
        answer.error,
      ]);
    }
  });
});

async function inputs(name: string): Promise<Buffer> {
  return await fixture(`classic/inputs/${name}`);
}

/** The base64 data that the classic slave gave for this task. */
async function recorded(task: string, place: number): Promise<string> {
  const { body } = JSON.parse((await fixture(`classic/get_task.${task}.json`)).toString("utf8"));
  const result = body.results[place] as Record<string, string>;
  return Object.entries(result).find(([key]) => key.endsWith("_data"))?.[1] ?? "";
}
