import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../standin/runCli.ts";
import { assign, fixture, type RunningFleet, startFleet } from "./fleet.ts";

let fleet: RunningFleet;
beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
});
afterAll(async () => await fleet.stop());

async function resultOf(url: string | undefined): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${fleet.master.url}${url}`)).arrayBuffer());
}

async function digestsOfModels(): Promise<string[]> {
  const table = { name: "apples.csv", body: await fixture("../../examples/files/apples.csv") };
  const digests: string[] = [];
  for (const options of [
    { trees: 60, folds: 3, grid: { depth: [2, null] } },
    { model: "logistic-regression", folds: 4 },
    { model: "naive-bayes" },
    { model: "linear-regression", target: "acid_g" },
  ]) {
    const { body } = await assign(fleet.master.url, [table], { task: "train", field: "tables", options });
    expect(body.failed_files).toEqual([]);
    digests.push(
      createHash("sha256")
        .update(await resultOf(body.files[0]?.url))
        .digest("hex"),
    );
  }
  return digests;
}

test("models have the same bytes from one slave, from two and from three", { timeout: 120_000 }, async () => {
  const one = await digestsOfModels();
  for (const slaves of [2, 3]) {
    await fleet.slave();
    await fleet.alive(slaves);
    expect(await digestsOfModels()).toEqual(one);
  }
});

async function send(files: Readonly<Record<string, readonly [name: string, body: Buffer]>>, task: string) {
  const form = new FormData();
  form.append("task_type", task);
  for (const [field, [name, body]] of Object.entries(files)) form.append(field, new Blob([body]), name);
  const response = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body: form });
  const answer = (await response.json()) as {
    readonly files: readonly { readonly url?: string; readonly summary?: string }[];
  };
  return { status: response.status, answer };
}

test("a table becomes a model, and the model under its own field predicts new rows", async () => {
  const table = await fixture("../../examples/files/apples.csv");
  const trained = await send({ tables: ["apples.csv", table] }, "train");
  expect(trained.answer.files[0]?.summary).toMatch(
    /^random forest of 100 trees for variety from 150 rows: right in/,
  );
  const model = await resultOf(trained.answer.files[0]?.url);
  const rows = await fixture("../../examples/files/apples-new.csv");
  const { status, answer } = await send({ model: ["m.json", model], tables: ["new.csv", rows] }, "predict");
  expect(status).toBe(200);
  const csv = String(await resultOf(answer.files[1]?.url));
  expect(csv.split("\n")).toHaveLength(14);
  expect(csv).toMatch(/^crate,.*,prediction,probability_Boskoop/);
});

test("a field that only another task has is refused, with the fields of the task", async () => {
  const table = await fixture("../../examples/files/apples.csv");
  const { status, answer } = await send({ model: ["apples.csv", table] }, "train");
  expect(status).toBe(400);
  expect(answer).toMatchObject({ code: "wrong_field", valid_values: ["tables"] });
  const stray = await send({ models: ["m.json", table] }, "predict");
  expect(stray.answer).toMatchObject({ code: "wrong_field", valid_values: ["tables", "model"] });
});

test.each([
  ["a,b\n1,2\n1,2,3\n", "bad_table", "row 3 has 3 cells"],
  ["a,b\n1,x\n2,x\n3,x\n4,x\n", "bad_target", "the same value in all rows"],
  ["", "empty_file", "is empty"],
])("the table %j fails with %s and says where", async (text, code, sentence) => {
  const { status, answer } = await send({ tables: ["t.csv", Buffer.from(text)] }, "train");
  expect(status).toBe(422);
  expect(answer.files[0]).toMatchObject({ code, error: expect.stringContaining(sentence) });
});

test("the command line trains, says how good the model is, and predicts with it", async () => {
  const { folder } = fleet;
  await writeFile(join(folder, "apples.csv"), await fixture("../../examples/files/apples.csv"));
  await writeFile(join(folder, "new.csv"), await fixture("../../examples/files/apples-new.csv"));
  const cli = (...args: string[]) => runCli([...args, "--master", fleet.master.url], { cwd: folder });
  const trained = await cli(
    "train",
    "apples.csv",
    "--target",
    "variety",
    "--model",
    "random-forest",
    "--folds",
    "4",
  );
  expect(trained).toMatchObject({ code: 0 });
  expect(trained.stdout).toMatch(
    /^apples_model\.json: random forest of 100 trees for variety from 150 rows: right in [\d.]+ % of 30 held-out rows; right in/,
  );
  const predicted = await cli("predict", "apples_model.json", "new.csv", "--out", "predictions.csv");
  expect(predicted).toMatchObject({ code: 0 });
  expect(predicted.stdout).toMatch(/^predictions\.csv: 12 rows: /);
  expect((await readFile(join(folder, "predictions.csv"), "utf8")).split("\n")).toHaveLength(14);
  const wrong = await cli("train", "apples.csv", "--target", "price");
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain("apples.csv has no column price. Its columns: weight_g,");
  const mixedUp = await cli("predict", "new.csv", "apples.csv");
  expect(mixedUp.code).toBe(1);
  expect(mixedUp.stderr).toContain("no model is among the files");
});
