import { setTimeout as sleep } from "node:timers/promises";
import { requireDone, small, upload } from "../client.ts";
import { atLeast, type Measure, type Scale, stated } from "../part.ts";
import { profiled } from "../profile.ts";
import { allOf, type Cost, costOf, less, perUnit, type TimedCost } from "./cost.ts";
import type { EngineSite, SiteOptions } from "./site.ts";

/** Seconds of rest after which the cost of an idle fleet is measured, and for which. */
const REST_SECONDS = 3;
const IDLE_SECONDS = 5;
const ROUNDS = 3;
/** Units in a round for each master. */
const UNITS = 4000;
/** Of a unit that takes time, and units of this kind for each slot. */
const UNIT_MS = 5000;
const UNITS_PER_SLOT = 6;

/** Throughput and cost of units that take no time: each master has a job of its own. */
export async function costs(
  site: EngineSite,
  { engine, masters }: SiteOptions,
  scale: Scale,
): Promise<Measure[]> {
  const each = scale(UNITS);
  const send = () => sendAll(site, { task: "nothing", each });
  await send();
  await sleep(REST_SECONDS * 1000);
  const idle = await costOf(site, () => sleep(IDLE_SECONDS * 1000));
  const rounds: TimedCost[] = [];
  for (let n = 0; n < ROUNDS; n += 1) rounds.push(await costOf(site, send));
  await profiled({ masterPid: site.masters[0]?.process.pid ?? 0, slavePid: 0 }, send);
  const middle = rounds.toSorted((a, b) => a.wall - b.wall)[Math.floor(ROUNDS / 2)];
  if (middle === undefined) throw new Error("there was no round");
  const units = each * masters;
  const cost = less(middle.cost, idle.cost, middle.wall / idle.wall);
  const perSecond = less(idle.cost, idle.cost, 1 - 1 / idle.wall);
  const name = `${engine}, ${masters} ${masters === 1 ? "master" : "masters"}`;
  return [
    stated(`${name}: units/s`, Math.round(units / middle.wall), `${units} of 0 ms`),
    stated(`${name}: CPU ms per unit`, milliseconds(cost, units), perUnit(cost, units)),
    stated(`${name}: CPU ms per second when idle`, milliseconds(perSecond, 1), perUnit(perSecond, 1)),
  ];
}

export interface Growth {
  /** Units that were done in a second. */
  readonly own: number;
  readonly shared: number;
}

/** Throughput of units that take time: a job for each master, then all units in one job of the first master. */
export async function growth(
  site: EngineSite,
  { slaves, slots }: SiteOptions,
  scale: Scale,
): Promise<Growth> {
  const each = slaves * slots * scale(UNITS_PER_SLOT);
  const all = each * site.masters.length;
  // The masters learn how long a unit takes.
  await sendAll(site, { task: "wait", each: slaves * slots });
  const own = await costOf(site, () => sendAll(site, { task: "wait", each }));
  const first = { ...site, masters: site.masters.slice(0, 1) };
  const shared = await costOf(site, () => sendAll(first, { task: "wait", each: all }));
  return { own: all / own.wall, shared: all / shared.wall };
}

/** Rows of the growth, relative to that of one master. */
export function growthRows(engine: string, found: ReadonlyMap<number, Growth>): Measure[] {
  const one = found.get(1);
  return [...found].flatMap(([masters, { own, shared }]) => {
    const name = `${engine}, units of ${UNIT_MS / 1000} s`;
    const rate = stated(`${name}, ${masters} masters, a job each: units/s`, rounded(own));
    if (one === undefined || masters === 1) return [rate];
    const times = rounded(own / one.own);
    const timesShared = rounded(shared / one.own);
    const least = 0.9 * masters;
    return [
      rate,
      atLeast(`${name}, ${masters} masters over one`, times, least, "the slaves come with their masters"),
      atLeast(`${name}, ${masters} masters over one, all in one job`, timesShared, least),
    ];
  });
}

async function sendAll(
  { masters }: EngineSite,
  { task, each }: { readonly task: string; readonly each: number },
): Promise<void> {
  const options = task === "wait" ? { ms: UNIT_MS } : {};
  const send = async (url: string) =>
    requireDone(await upload(url, { task, field: "files", files: small(each), options }), each);
  await Promise.all(masters.map(({ url }) => send(url)));
}

function milliseconds(cost: Cost, units: number): number {
  return rounded((allOf(cost) * 1000) / units);
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
