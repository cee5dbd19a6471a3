import { memory } from "../meter.ts";
import { costUntilNow } from "./cost.ts";
import type { EngineSite } from "./site.ts";
import { type DatabaseLooks, lookAtDatabase } from "./statistics.ts";

/** What a fleet did in one interval. */
export interface Sample {
  /** Seconds from the first sample to the end of the interval. */
  readonly at: number;
  readonly busy: number;
  readonly unitsPerSecond: number;
  /** Cores in use by each kind of process. */
  readonly masterCores: number;
  readonly postgresCores: number;
  readonly slaveCores: number;
  readonly commitsPerSecond: number;
  /** Connections of masters to PostgreSQL. */
  readonly connections: number;
  /** Milliseconds by which the event loop was late, p99 of the interval, of each master. */
  readonly delays: readonly number[];
  /** Resident MiB of each master. */
  readonly memories: readonly number[];
}

/** The master's metrics say when a timer of so many milliseconds fired, not by how much it was late. */
const TIMER_MS = 50;

/** Samples at the end of each interval until it is stopped; the last call answers all of them. */
export async function watchSite(
  site: EngineSite,
  intervalMs: number,
): Promise<() => Promise<readonly Sample[]>> {
  const database = await lookAtDatabase(site);
  const samples: Sample[] = [];
  let before = await stateOf(site, database);
  const beginning = before.time;
  const look = async () => {
    const now = await stateOf(site, database);
    samples.push(sampleOf(before, now, beginning));
    before = now;
  };
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await looking;
    await database.close();
    return samples;
  };
}

type State = Awaited<ReturnType<typeof stateOf>>;

async function stateOf(site: EngineSite, database: DatabaseLooks) {
  const { masters, hosts } = site;
  return {
    time: performance.now() / 1000,
    cost: costUntilNow(site),
    busy: hosts.reduce((sum, { counts }) => sum + counts.busy, 0),
    done: hosts.reduce((sum, { counts }) => sum + counts.done, 0),
    database: await database.look(),
    delays: await Promise.all(masters.map(({ url }) => delayOf(url))),
    memories: masters.map((master) => Math.round(memory(master.process.pid ?? 0).resident / 2 ** 20)),
  };
}

function sampleOf(before: State, now: State, beginning: number): Sample {
  const seconds = now.time - before.time;
  const cores = (kind: keyof State["cost"]) => (now.cost[kind] - before.cost[kind]) / seconds;
  return {
    at: now.time - beginning,
    busy: now.busy,
    unitsPerSecond: (now.done - before.done) / seconds,
    masterCores: cores("masters"),
    postgresCores: cores("postgres"),
    slaveCores: cores("slaves"),
    commitsPerSecond: (now.database.commits - before.database.commits) / seconds,
    connections: now.database.connections,
    delays: now.delays,
    memories: now.memories,
  };
}

async function delayOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const seconds = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1];
  return Math.max(0, Math.round(Number(seconds) * 1000 - TIMER_MS));
}
