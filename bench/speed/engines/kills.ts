import { until, untilAlive } from "../../../tests/e2e/fleet.ts";
import { small, upload } from "../client.ts";
import { type Measure, median, type Scale, stated } from "../part.ts";
import { type SimulatedHost, startHost } from "../simulated/startHost.ts";
import { type Engine, type EngineSite, withSite } from "./site.ts";

const TRIES = 5;
/** Longer than any try: the units end with it. */
const UNIT_MS = 120_000;
const MASTERS = 4;

/** Time from the end of a process (kill -9) until its units run elsewhere. */
export async function kills(engine: Engine, scale: Scale): Promise<Measure[]> {
  const tries = scale(TRIES);
  const empty = { engine, slaves: 0, slots: 1 };
  if (engine === "embedded")
    return await withSite({ ...empty, masters: 1 }, async (site) => [
      row(`${engine}: slave killed, its unit runs at another slave`, await slaveKills(site, [0, 0], tries)),
    ]);
  return await withSite({ ...empty, masters: MASTERS }, async (site) => [
    row(`${engine}: slave killed, its unit runs at another slave`, await slaveKills(site, [0, 0], tries)),
    row(`${engine}: slave killed, its unit runs at another master`, await slaveKills(site, [0, 1], tries)),
    row(`${engine}: master killed, its job runs at another one`, await masterKills(site)),
  ]);
}

/** @param places masters of two slaves with a slot each; the job is sent to the first */
async function slaveKills(site: EngineSite, places: readonly number[], tries: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < tries; n += 1) {
    const hosts = await Promise.all(places.map((place) => slaveAt(site, place, 1)));
    try {
      times.push(await timeToMove(site, hosts));
    } finally {
      await Promise.all(hosts.map((host) => host.kill()));
      await Promise.all(site.masters.map(({ url }) => untilAlive(url, 0)));
    }
  }
  return times;
}

async function timeToMove(site: EngineSite, hosts: readonly SimulatedHost[]): Promise<number> {
  const { url } = masterAt(site, 0);
  await untilAlive(url, hosts.length);
  const location = await send(url, 1);
  const victim = await until("work on the unit", async () => hosts.find(({ began }) => began.size > 0));
  const others = hosts.filter((host) => host !== victim);
  const killed = performance.now();
  await victim.kill();
  const began = await firstBegun(others, killed);
  await fetch(url + location, { method: "DELETE" });
  return began - killed;
}

/** Each try ends one master; the last one is left. */
async function masterKills(site: EngineSite): Promise<number[]> {
  const times: number[] = [];
  const slots = 4;
  for (let n = 0; n < MASTERS - 1; n += 1) {
    const hosts = await Promise.all(site.masters.slice(n).map((_, place) => slaveAt(site, n + place, slots)));
    try {
      const { url, kill } = masterAt(site, n);
      await untilAlive(url, hosts.length);
      const location = await send(url, slots);
      const [own, ...others] = hosts;
      await until("work on the job", async () => (own?.began.size === slots ? own : undefined));
      const killed = performance.now();
      await kill("SIGKILL");
      times.push((await firstBegun(others, killed)) - killed);
      // Its units would hold the slots of the next try.
      await fetch(masterAt(site, n + 1).url + location, { method: "DELETE" });
    } finally {
      await Promise.all(hosts.map((host) => host.kill()));
    }
  }
  return times;
}

async function firstBegun(hosts: readonly SimulatedHost[], since: number): Promise<number> {
  return await until("work elsewhere", async () =>
    hosts.flatMap(({ began }) => [...began.values()]).find((time) => time > since),
  );
}

async function slaveAt(site: EngineSite, place: number, slots: number): Promise<SimulatedHost> {
  return await startHost({ master: masterAt(site, place).url, slaves: 1, slots, tellsUnits: true });
}

/** The path of the job. */
async function send(url: string, units: number): Promise<string> {
  const headers = { prefer: "respond-async" };
  const wait = { task: "wait", field: "files", options: { ms: UNIT_MS }, headers };
  return String((await upload(url, { ...wait, files: small(units) })).headers.location);
}

function masterAt({ masters }: EngineSite, place: number) {
  const master = masters[place];
  if (master === undefined) throw new Error(`there is no master ${place}`);
  return master;
}

function row(name: string, times: readonly number[]): Measure {
  const seconds = times.map((ms) => (ms / 1000).toFixed(2));
  return stated(`${name}, s: median`, Number((median(times) / 1000).toFixed(2)), seconds.join(", "));
}
