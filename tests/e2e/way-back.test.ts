import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DoctorFinding } from "../../cli/doctor/finding.ts";
import { runCli } from "../standin/runCli.ts";
import { assign, type RunningFleet, startFleet } from "./fleet.ts";

describe("the way back from a master to a slave", () => {
  let fleet: RunningFleet;
  beforeAll(async () => {
    fleet = await startFleet({ FLEET_TOKEN: "fleet" });
  });
  afterAll(async () => await fleet.stop());

  const check = async (body: object, token = "fleet") => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const answer = await fetch(`${fleet.master.url}/slaves/check`, init);
    return { status: answer.status, ...((await answer.json()) as object) };
  };

  test("the master tells whether a slave answers there, shows no token, and registers nothing", async () => {
    const headers: (string | undefined)[] = [];
    const server = createServer((req, res) => {
      headers.push(req.url, req.headers.authorization);
      res.end('{"status":"alive","instance":"i1"}');
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const address = `127.0.0.1:${port}`;
    expect(await check({ slave_port: port })).toEqual({
      status: 200,
      address,
      reached: true,
      instance: "i1",
    });
    expect(headers).toEqual(["/check_status", undefined]);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    expect(await check({ slave_port: port })).toEqual({
      ...{ status: 200, address, reached: false },
      reason: expect.stringContaining("connection refused"),
    });
    expect(await (await fetch(`${fleet.master.url}/slaves`)).json()).toEqual({ slaves: [] });
  });

  test.each([
    [{ slave_port: 80, slave_ip: "169.254.169.254" }, "fleet", 400, "slave_address_refused"],
    [{ slave_ip: "127.0.0.1" }, "fleet", 400, "bad_registration"],
    [{ slave_port: 80 }, "wrong", 401, "unauthorized"],
  ])("%j with the token %s is refused as /register refuses it", async (body, token, status, code) => {
    expect(await check(body, token)).toMatchObject({ status, code });
  });

  test("doctor lets the master call this machine where a slave would listen", async () => {
    const env = { MASTER_URL: fleet.master.url, FLEET_TOKEN: "fleet", MASTER_PORT: "0", SLAVE_PORT: "0" };
    const { stdout } = await runCli(["doctor", "--output", "json"], { cwd: fleet.folder, env });
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly DoctorFinding[] };
    expect(checks.filter((one) => one.check === "way back")).toEqual([
      {
        check: "way back",
        state: "ok",
        text: expect.stringMatching(/reaches this machine at 127\.0\.0\.1:\d+$/),
      },
    ]);
  });

  test("bytes that go to slaves, and come from them, are counted", async () => {
    const bytes = async (direction: string) => {
      const metrics = await (await fetch(`${fleet.master.url}/metrics`)).text();
      return Number(new RegExp(`manyhands_bytes_total{direction="${direction}"} (\\d+)`).exec(metrics)?.[1]);
    };
    await fleet.slave({ HANDOVER: "false" });
    await fleet.alive(1);
    const before = await bytes("to_slaves");
    const body = Buffer.from("A fine day. ".repeat(20_000));
    await assign(fleet.master.url, [{ name: "large.txt", body }], { task: "text" });
    expect((await bytes("to_slaves")) - before).toBeGreaterThan(body.length);
    expect(await bytes("from_slaves")).toBeGreaterThan(100);
  });
});
