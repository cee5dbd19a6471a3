import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { multipart, type RunningFleet, type Started, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
let slave: Started;
beforeAll(async () => {
  fleet = await startFleet({ LOG_LEVEL: "info", LOG_FORMAT: "json" });
  slave = await fleet.slave();
  await fleet.alive(1);
}, 60_000);
afterAll(async () => await fleet?.stop());

test("a valid X-Request-Id comes back, in the answer and in its problem", async () => {
  for (const id of ["a", "Trace_1.2-3", "x".repeat(64)])
    for (const path of ["/healthz", "/jobs/none", "/nothing"]) {
      const answer = await fetch(fleet.master.url + path, { headers: { "x-request-id": id } });
      expect(answer.headers.get("x-request-id")).toBe(id);
      if (!answer.ok) expect(await answer.json()).toMatchObject({ request_id: id });
    }
});

test.each([undefined, "", "a b", "a,b", "x".repeat(65), "ü", "<script>", "../x", '"'])(
  "a request with the id %s gets a new one",
  async (id) => {
    const headers = id === undefined ? {} : { "x-request-id": id };
    const [one, two] = await Promise.all(
      [1, 2].map(async () => (await fetch(`${fleet.master.url}/nothing`, { headers })).headers),
    );
    expect(one?.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(one?.get("x-request-id")).not.toBe(two?.get("x-request-id"));
  },
);

test("a request with two ids, one that is not HTTP and one to a slave get a new one, too", async () => {
  const two = await raw("GET /nothing HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: a\r\nX-Request-Id: b\r\n");
  for (const text of [two, await raw("nonsense\r\n")]) {
    const [, id = "none"] = /^x-request-id: ([0-9a-f-]{36})\r$/im.exec(text) ?? [];
    expect(text).toContain(`"request_id":"${id}"`);
  }
  const answer = await fetch(`${slave.url}/nothing`, { headers: { "x-request-id": "to-a-slave" } });
  expect(await answer.json()).toMatchObject({ request_id: "to-a-slave" });
});

test("both log lines of a job have the id of its request, also after a restart", async () => {
  await slave.kill("SIGKILL");
  const sent = await fetch(`${fleet.master.url}/assign_task`, {
    method: "POST",
    body: multipart([{ name: "a.txt", body: Buffer.from("A day.") }], { task: "text" }),
    headers: { "x-request-id": "scan-17", prefer: "respond-async" },
  });
  const { job_id: id } = (await sent.json()) as { job_id: string };
  expect(linesOf(fleet.master, id)).toEqual([expect.objectContaining({ request: "scan-17" })]);
  await fleet.master.kill("SIGKILL");
  const again = await fleet.restartMaster();
  await fetch(`${again.url}/jobs/${id}`, { method: "DELETE" });
  const lines = await until("the last line", async () => {
    const found = linesOf(again, id);
    return found.length > 0 ? found : undefined;
  });
  expect(lines).toEqual([expect.objectContaining({ request: "scan-17", state: "cancelled" })]);
});

function linesOf({ log }: Started, job: string): object[] {
  const lines = log.join("").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as { job?: string }).filter((line) => line.job === job);
}

async function raw(head: string): Promise<string> {
  const socket = connect(fleet.master.port, "127.0.0.1");
  socket.end(`${head}Connection: close\r\n\r\n`);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}
