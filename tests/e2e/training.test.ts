import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
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
    { model: "gradient-boosted-trees", trees: 20, folds: 3, grid: { rate: [0.1, 0.3] } },
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

test("a model among the results predicts by its name or its job; a retry keeps it", async () => {
  const table = await fixture("../../examples/files/apples.csv");
  const rows = await fixture("../../examples/files/apples-new.csv");
  const options = { trees: 20, test_share: 0 };
  const { body: trained } = await assign(fleet.master.url, [{ name: "kept.csv", body: table }], {
    task: "train",
    field: "tables",
    options,
  });
  const made: string[] = [];
  for (const model of [basename(trained.files[0]?.url ?? ""), trained.job_id]) {
    const tables = [
      { name: "new.csv", body: rows },
      { name: "bad.csv", body: Buffer.from("a\n1\n") },
    ];
    const { body } = await assign(fleet.master.url, tables, {
      task: "predict",
      field: "tables",
      options: { model, probabilities: false },
    });
    expect(body.files.map(({ state }) => state)).toEqual(["done", "failed", "done"]);
    made.push(String(await resultOf(body.files[0]?.url)));
    const again = await fetch(`${fleet.master.url}/jobs/${body.job_id}/retry`, { method: "POST" });
    const { job_id: id } = (await again.json()) as { job_id: string };
    const view = await (await fetch(`${fleet.master.url}/jobs/${id}?wait=30`)).json();
    expect(view).toMatchObject({ state: "partial", options: { model }, counts: { total: 3 } });
  }
  expect(made[0]).toMatch(/^crate,.*,prediction\n/);
  expect(made[1]).toBe(made[0]);
});

test("a model that is not among the results is refused, and so is a retry with another model", async () => {
  const rows = await fixture("../../examples/files/apples-new.csv");
  const send = async (model: string) => {
    const form = new FormData();
    form.append("task_type", "predict");
    form.append("options", JSON.stringify({ model }));
    form.append("tables", new Blob([rows]), "new.csv");
    const answer = await fetch(`${fleet.master.url}/assign_task`, { method: "POST", body: form });
    return { status: answer.status, body: (await answer.json()) as { code: string; field?: string } };
  };
  expect(await send("none_model.json")).toMatchObject({
    status: 404,
    body: { code: "no_such_result", field: "options.model" },
  });
  const { body } = await assign(fleet.master.url, [{ name: "x.csv", body: rows }], {
    task: "predict",
    field: "tables",
  });
  const retry = await fetch(`${fleet.master.url}/jobs/${body.job_id}/retry`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ options: { model: "x_model.json" } }),
  });
  expect(retry.status).toBe(400);
  expect(await retry.json()).toMatchObject({ code: "bad_options", field: "options.model" });
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
  await writeFile(join(folder, "orchard.csv"), await fixture("../../examples/files/apples.csv"));
  await writeFile(join(folder, "new.csv"), await fixture("../../examples/files/apples-new.csv"));
  const cli = (...args: string[]) => runCli([...args, "--master", fleet.master.url], { cwd: folder });
  const trained = await cli(
    "train",
    "orchard.csv",
    "--target",
    "variety",
    "--model",
    "random-forest",
    "--folds",
    "4",
  );
  expect(trained).toMatchObject({ code: 0 });
  expect(trained.stdout).toMatch(
    /^orchard_model\.json: random forest of 100 trees for variety from 150 rows: right in [\d.]+ % of 30 held-out rows; right in/,
  );
  const predicted = await cli("predict", "orchard_model.json", "new.csv", "--out", "predictions.csv");
  expect(predicted).toMatchObject({ code: 0 });
  expect(predicted.stdout).toMatch(/^predictions\.csv: 12 rows: /);
  expect((await readFile(join(folder, "predictions.csv"), "utf8")).split("\n")).toHaveLength(14);
  const kept = await cli("predict", "kept:orchard_model.json", "new.csv", "--out", "again.csv");
  expect(kept).toMatchObject({ code: 0, stderr: "" });
  expect(await readFile(join(folder, "again.csv"))).toEqual(await readFile(join(folder, "predictions.csv")));
  const wrong = await cli("train", "orchard.csv", "--target", "price");
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain("orchard.csv has no column price. Its columns: weight_g,");
  const mixedUp = await cli("predict", "new.csv", "orchard.csv");
  expect(mixedUp.code).toBe(1);
  expect(mixedUp.stderr).toContain("no model is among the files");
});
