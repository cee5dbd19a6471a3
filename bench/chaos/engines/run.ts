import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { FileView } from "../../../shared/contract/jobs.ts";
import { job as fetchJob } from "../../../tests/e2e/fleet.ts";
import { check, type Expected } from "../checker.ts";
import { allJobs, sendJobs, settle } from "../clients.ts";
import { History } from "../history.ts";
import { Random } from "../random.ts";
import { makeRecipes, type Recipe } from "../recipes.ts";
import { type ChaosOptions, type ChaosReport, countBy, explain, PATIENCE_MS, quietRun } from "../run.ts";
import { ENGINE_FAULTS, type EngineFault, hurtEngines } from "./faults.ts";
import { type ChaosEngine, type EngineFleet, startEngineFleet, untilReady } from "./fleet.ts";
import { endEngines } from "./leftovers.ts";

export interface EngineChaosOptions extends ChaosOptions {
  readonly engine: ChaosEngine;
  readonly masters: number;
}

/** As `runChaos`, with several masters on PostgreSQL and a bucket: masters and servers are hurt too. */
export async function runEngineChaos(options: EngineChaosOptions): Promise<ChaosReport> {
  const random = new Random(options.seed);
  const recipes = await makeRecipes(random, options.recipes);
  const { engine, masters } = options;
  const fleet = await startEngineFleet({ engine, masters, slaves: Math.max(2, masters), slots: 1 });
  try {
    const expected = await quietRun(fleet.url, recipes);
    options.tell(`quiet run: ${recipes.length} jobs`);
    return await hurtRun({ fleet, recipes, expected, random, options });
  } catch (error) {
    console.error(error);
    throw error;
  } finally {
    await fleet.stop();
  }
}

interface HurtRun {
  readonly fleet: EngineFleet;
  readonly recipes: readonly Recipe[];
  readonly expected: Expected;
  readonly random: Random;
  readonly options: EngineChaosOptions;
}

async function hurtRun({ fleet, recipes, expected, random, options }: HurtRun): Promise<ChaosReport> {
  const { url } = fleet;
  const history = new History();
  const faults = Object.fromEntries(ENGINE_FAULTS.map((fault) => [fault, 0])) as Record<EngineFault, number>;
  const stop = new AbortController();
  const onFault = (fault: EngineFault, detail: string) => {
    faults[fault] += 1;
    options.tell(`${fault}: ${detail}`);
  };
  const running = { url, recipes, history, random: random.fork(), signal: stop.signal };
  const work = Promise.all([
    sendJobs({ ...running, clients: 4, openJobs: 12 }),
    hurtEngines({ fleet, random: random.fork(), signal: stop.signal, onFault }),
  ]);
  await Promise.race([sleep(options.seconds * 1000), work]);
  stop.abort();
  await work;
  options.tell("the faults are over");
  await untilReady(fleet);
  const open = await settle(url, PATIENCE_MS);
  options.tell(`all masters answer, ${open.length} jobs are stuck`);
  const stuck = await explain(url, open);
  const { violations, jobs, files } = await check({ url, history, recipes, expected });
  violations.differing.push(...(await differingResults(url, options.tell)));
  const leftovers = await endEngines(fleet);
  const requests = countBy(history.entries.map(({ seen }) => seen.type));
  return { ...violations, ...leftovers, requests, faults, stuck, jobs, files };
}

/** Results whose bytes, as any master sends them, are not those of the record. */
async function differingResults(url: string, tell: ChaosOptions["tell"]): Promise<string[]> {
  const found: string[] = [];
  for (const { id } of await allJobs(url)) {
    const job = await whole(`job ${id}`, () => fetchJob(url, id), tell);
    for (const file of job.files.filter(({ state }) => state === "done")) {
      const problem = await whole(`result ${file.url}`, () => problemOf(url, file), tell);
      if (problem !== undefined) found.push(`${id}/${file.index}: ${problem}`);
    }
  }
  return found;
}

const TRIES = 5;

/** Reads again what breaks off, as every client does; each break is told. */
async function whole<Read>(
  name: string,
  read: () => Promise<Read>,
  tell: (line: string) => void,
): Promise<Read> {
  for (let tries = 1; ; tries += 1)
    try {
      return await read();
    } catch (error) {
      if (tries === TRIES) throw error;
      tell(`${name} broke off: ${String(error)}`);
    }
}

async function problemOf(url: string, file: FileView): Promise<string | undefined> {
  const answer = await fetch(`${url}${file.url}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) return `${file.url}: status ${answer.status}`;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return sha256 === file.result_sha256 ? undefined : `${file.url}: not the bytes of the record`;
}
