import { afterEach, expect, it } from "vitest";
import { form, jsonOf, startTestSlave, stopTestSlaves } from "../../tests/fixtures/slave/start.ts";

afterEach(stopTestSlaves);

it("GET / says that the slave is working, as text", async () => {
  const { url } = await startTestSlave();
  const response = await fetch(url);
  expect(await response.text()).toBe("Slave is working");
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
});

it("GET /check_status tells what the slave is, has and does", async () => {
  const { url } = await startTestSlave({ SLAVE_SLOTS: "2" });
  expect(await jsonOf(await fetch(`${url}/check_status`))).toEqual({
    status: "alive",
    instance: expect.stringMatching(/^[0-9a-f-]{36}$/),
    version: "1.2.3",
    slots: 2,
    busy: 0,
    waiting: 0,
    draining: false,
    cpu: expect.any(Number),
    memory: expect.any(Number),
    working_on: [],
  });
});

it("with a token in force, strangers learn that it is alive and nothing more, and get no work done", async () => {
  const { url } = await startTestSlave({ FLEET_TOKEN: "secret" });
  for (const headers of [{}, { Authorization: "Bearer wrong" }]) {
    expect(await jsonOf(await fetch(`${url}/check_status`, { headers }))).toEqual({ status: "alive" });
    const body = form(["task_type", "odd"], ["files", "x", "a"]);
    const response = await fetch(`${url}/get_task`, { method: "POST", body, headers });
    expect([response.status, (await jsonOf(response)).code]).toEqual([401, "unauthorized"]);
  }
});

it.each([
  ["the token", { FLEET_TOKEN: "secret" }, { Authorization: "Bearer secret" }],
  ["the token for everything", { MANYHANDS_TOKEN: "secret" }, { Authorization: "Bearer secret" }],
  ["a classic master's address", { FLEET_TOKEN: "secret", CLASSIC_MASTERS: "10.0.0.1, 127.0.0.1" }, {}],
])("with a token in force, %s lets a master in", async (_who, env, headers) => {
  const { url } = await startTestSlave(env);
  expect(await jsonOf(await fetch(`${url}/check_status`, { headers }))).toHaveProperty("slots", 1);
  const body = form(["task_type", "odd"], ["files", "x", "a"]);
  expect((await fetch(`${url}/get_task`, { method: "POST", body, headers })).status).toBe(200);
});

it("an address that guesses tokens has to wait, and the right token from there is let in", async () => {
  const { url } = await startTestSlave({ FLEET_TOKEN: "secret" });
  const status = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    return (await fetch(`${url}/get_task`, { method: "POST", headers })).status;
  };
  const codes: number[] = [];
  for (let tries = 0; tries < 200 && codes.at(-1) !== 429; tries += 1)
    codes.push(await status(`guess-${tries}`));
  expect(codes.slice(0, 20)).toEqual(Array(20).fill(401));
  expect(codes.at(-1)).toBe(429);
  expect(await status("secret")).toBe(400);
});

it("a page of another site gets nothing from a loopback slave", async () => {
  const { url } = await startTestSlave();
  const headers = { Origin: "http://evil.example" };
  const response = await fetch(`${url}/check_status`, { headers });
  expect([response.status, (await jsonOf(response)).code]).toEqual([403, "cross_site"]);
});

it("an unknown address is a problem with a code", async () => {
  const { url } = await startTestSlave();
  const response = await fetch(`${url}/secret`);
  expect([response.status, (await jsonOf(response)).code]).toEqual([404, "not_found"]);
});

it("a port that is in use is refused with the variable to set, and the other slave keeps its folder", async () => {
  const { port, url, dataDir } = await startTestSlave();
  await expect(startTestSlave({ SLAVE_PORT: String(port), DATA_DIR: dataDir })).rejects.toMatchObject({
    code: "port_in_use",
    message: expect.stringContaining("SLAVE_PORT"),
  });
  const body = form(["task_type", "odd"], ["files", "x", "a"]);
  expect((await fetch(`${url}/get_task`, { method: "POST", body })).status).toBe(200);
});

it("only the tasks of SLAVE_TASKS are done, and a misspelt one is refused at start", async () => {
  const { url } = await startTestSlave({ SLAVE_TASKS: "total" });
  const body = form(["task_type", "odd"], ["files", "x", "a"]);
  expect(await jsonOf(await fetch(`${url}/get_task`, { method: "POST", body }))).toMatchObject({
    code: "unknown_task",
    valid_values: ["total"],
  });
  await expect(startTestSlave({ SLAVE_TASKS: "totl" })).rejects.toThrow("SLAVE_TASKS: there is no task totl");
});
