import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assign, job, post, type RunningFleet, startFleet, startProcess, until } from "./fleet.ts";

const NUMBERS = { name: "numbers.json", body: Buffer.from("[1,2,3]") };
const SQUARE = { task: "function", field: "items", options: { source: "(x) => x ** 2" } };
const ASYNC = { headers: { prefer: "respond-async" } };

describe("functions", () => {
  let fleet: RunningFleet;
  beforeAll(async () => {
    fleet = await startFleet({ FLEET_TOKEN: "secret" });
  });
  afterAll(async () => await fleet.stop());

  async function whyOf(options: object): Promise<string | undefined> {
    const response = await post(fleet.master.url, [NUMBERS], { ...SQUARE, ...ASYNC, options });
    const { job_id: id } = (await response.json()) as { readonly job_id: string };
    return await until("a reason", async () => {
      const { why } = await job(fleet.master.url, id);
      return why?.code === "no_able_slave" ? why.text : undefined;
    });
  }

  test("are off: a slave does not offer the task, and a waiting job names the variable", async () => {
    await fleet.slave();
    const [slave] = await fleet.alive(1);
    expect(slave?.tasks).not.toContain("function");
    expect(await whyOf(SQUARE.options)).toContain("start one with ALLOW_FUNCTIONS=sandbox");
  });

  test("run on a slave that allows them", async () => {
    await fleet.slave({ ALLOW_FUNCTIONS: "sandbox" });
    await fleet.alive(2);
    const { status, body } = await assign(fleet.master.url, [NUMBERS], SQUARE);
    expect(status).toBe(200);
    const result = await fetch(`${fleet.master.url}${body.files[0]?.url}`);
    expect(await result.json()).toMatchObject({
      results: [1, 4, 9].map((value, index) => ({ index, value })),
    });
  });

  test("in trusted mode wait for a slave that allows that, whoever asks it", async () => {
    const trusted = { ...SQUARE.options, mode: "trusted" };
    expect(await whyOf(trusted)).toContain("start one with ALLOW_FUNCTIONS=trusted");
    const slaves = await fleet.alive(2);
    const able = slaves.find(({ tasks }) => tasks.includes("function"));
    const form = new FormData();
    form.append("task_type", "function");
    form.append("options", JSON.stringify(trusted));
    form.append("items", new Blob([NUMBERS.body]), NUMBERS.name);
    const headers = { authorization: "Bearer secret" };
    const response = await fetch(`http://${able?.address}/get_task`, { method: "POST", body: form, headers });
    expect(await response.json()).toMatchObject({
      results: [],
      errors: [{ code: "unknown_step", error: expect.stringContaining("trusted") }],
    });
    await fleet.slave({ ALLOW_FUNCTIONS: "trusted" });
    await fleet.alive(3);
    const { status } = await assign(fleet.master.url, [NUMBERS], { ...SQUARE, options: trusted });
    expect(status).toBe(200);
  });

  test("need a token", async () => {
    const start = startProcess("slave", { SLAVE_PORT: "0", ALLOW_FUNCTIONS: "sandbox" });
    await expect(start).rejects.toThrow("ALLOW_FUNCTIONS=sandbox lets a master run code here");
  });
});
