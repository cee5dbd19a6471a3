import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assign, type RunningFleet, type Started, startFleet } from "../e2e/fleet.ts";

const ROOT = join(import.meta.dirname, "../..");

/** A metric as a process serves it. */
interface Served {
  readonly type: string;
  /** Of its samples; empty when it has none yet. */
  readonly labels: ReadonlySet<string>;
  readonly values: readonly number[];
}

let fleet: RunningFleet;
let slave: Started;
let served: ReadonlyMap<string, Served>;

beforeAll(async () => {
  fleet = await startFleet({ CLIENT_TOKEN: "clients", FLEET_TOKEN: "fleet", ALLOW_ANONYMOUS: "true" });
  slave = await fleet.slave({ SLAVE_SLOTS: "2" });
  await expectReady();
  const files = [
    { name: "good.txt", body: Buffer.from("It is good.") },
    { name: "bad.pdf", body: Buffer.from("%PDF-1.7 and nothing more") },
  ];
  const headers = { authorization: "Bearer clients" };
  const { body } = await assign(fleet.master.url, files, { task: "document", field: "documents", headers });
  expect(body.state).toBe("partial");
  await fetch(`${fleet.master.url}/jobs`);
  served = new Map([...(await metricsOf(fleet.master, "clients")), ...(await metricsOf(slave, "fleet"))]);
}, 90_000);
afterAll(async () => await fleet?.stop());

test("docs/metrics.md lists each metric of a master and a slave with its type and labels, and no other", async () => {
  const page = await readFile(join(ROOT, "docs/metrics.md"), "utf8");
  const rows = [...page.matchAll(/^\| `(manyhands_\w+)` \| (\w+) \|([^|]*)\|/gm)];
  const told = new Map(
    rows.map(([, name = "", type = "", labels = ""]) => [
      name,
      { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label ?? "").sort() },
    ]),
  );
  expect([...told.keys()].sort()).toEqual([...served.keys()].sort());
  for (const [name, { type, labels }] of served) {
    expect([name, told.get(name)?.type]).toEqual([name, type]);
    if (labels.size > 0) expect([name, told.get(name)?.labels]).toEqual([name, [...labels].sort()]);
  }
});

test.each(["deploy/alerts.yaml", "deploy/grafana/manyhands.json"])(
  "each metric that %s names exists",
  async (file) => {
    const text = await readFile(join(ROOT, file), "utf8");
    const named = new Set([...text.matchAll(/\b(manyhands_\w+)/g)].map(([, name = ""]) => name));
    expect(named.size).toBeGreaterThan(5);
    const known = (name: string) => served.has(name) || served.has(name.replace(/_(bucket|sum|count)$/, ""));
    expect([...named].filter((name) => !known(name))).toEqual([]);
  },
);

test("the dashboard has panels with queries, each at a place of its own", async () => {
  const text = await readFile(join(ROOT, "deploy/grafana/manyhands.json"), "utf8");
  const { panels } = JSON.parse(text) as {
    panels: { id: number; gridPos: { x: number; y: number }; targets: { expr: string }[] }[];
  };
  expect(panels.length).toBeGreaterThan(10);
  expect(
    panels.filter(({ targets }) => targets.length === 0 || targets.some(({ expr }) => expr === "")),
  ).toEqual([]);
  expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x},${y}`)).size).toBe(panels.length);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});

test("times of files, refusals, bytes, disk and units of slaves have values", () => {
  const sum = (name: string) => (served.get(name)?.values ?? []).reduce((all, value) => all + value, 0);
  for (const name of [
    "manyhands_file_wait_seconds",
    "manyhands_file_run_seconds",
    "manyhands_requests_refused_total",
    "manyhands_bytes_total",
    "manyhands_disk_free_bytes",
    "manyhands_slave_slots",
    "manyhands_slave_unit_run_seconds",
  ])
    expect([name, sum(name) > 0]).toEqual([name, true]);
  expect(sum("manyhands_oldest_waiting_seconds")).toBe(0);
});

test("a slave's metrics need the fleet's token", async () => {
  for (const headers of [{}, { authorization: "Bearer clients" }])
    expect((await fetch(`${slave.url}/metrics`, { headers })).status).toBe(401);
});

async function expectReady(): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await fetch(`${fleet.master.url}/readyz`)).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function metricsOf({ url }: Started, token: string): Promise<Map<string, Served>> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split("\n");
  const types = lines.flatMap((line) => [...line.matchAll(/^# TYPE (manyhands_\w+) (\w+)$/g)]);
  return new Map(
    types.map(([, name = "", type = ""]) => {
      const samples = lines.filter((line) => new RegExp(`^${name}(_bucket|_sum|_count)?[{ ]`).test(line));
      const labels = samples.flatMap((line) =>
        [...line.matchAll(/(\w+)="/g)].map(([, label]) => label ?? ""),
      );
      const values = samples.map((line) => Number(line.slice(line.lastIndexOf(" "))));
      return [name, { type, labels: new Set(labels.filter((label) => label !== "le")), values }];
    }),
  );
}
