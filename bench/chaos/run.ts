import { setTimeout as sleep } from "node:timers/promises";
import type { JobView } from "../../shared/contract/jobs.ts";
import { job as fetchJob } from "../../tests/e2e/fleet.ts";
import { check, type Expected, outcomeOf, type Violations } from "./checker.ts";
import { sendJobs, sendOne, settle } from "./clients.ts";
import { FAULTS, type Fault, hurt } from "./faults.ts";
import { type ChaosFleet, startChaosFleet } from "./fleet.ts";
import { History, type Seen } from "./history.ts";
import { endAndLook, type Leftovers } from "./leftovers.ts";
import { Random } from "./random.ts";
import { makeRecipes, type Recipe } from "./recipes.ts";

export interface ChaosOptions {
  readonly seed: number;
  /** Duration of the faults. */
  readonly seconds: number;
  readonly recipes: number;
  readonly tell: (line: string) => void;
}

export interface ChaosReport extends Violations, Leftovers {
  readonly requests: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly jobs: number;
  readonly files: number;
  /** Open jobs without progress after the faults. */
  readonly stuck: readonly string[];
}

/** Times that a refused job of the quiet run is sent again. */
const QUIET_TRIES = 30;
/** A job without progress for this time after the faults counts as stuck. A slave in trouble rests up to 30 s. */
export const PATIENCE_MS = 120_000;

/** Sends the recipes to a fleet without faults, then many times to one with faults, and compares the results. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const random = new Random(options.seed);
  const recipes = await makeRecipes(random, options.recipes);
  const chaos = await startChaosFleet({ slaves: 2, slots: 2 });
  try {
    const expected = await quietRun(chaos.url, recipes);
    options.tell(`quiet run: ${recipes.length} jobs`);
    return await hurtRun({ chaos, recipes, expected, random, options });
  } finally {
    await chaos.stop();
  }
}

export async function quietRun(url: string, recipes: readonly Recipe[]): Promise<Expected> {
  const expected = new Map<number, readonly string[]>();
  for (const recipe of recipes) {
    const seen = await sentQuietly(url, recipe);
    if (seen.type !== "answered")
      throw new Error(`the quiet run of ${recipe.task} was not answered: ${JSON.stringify(seen)}`);
    const { files } = await fetchJob(url, seen.job);
    expected.set(recipe.id, files.map(outcomeOf));
  }
  return expected;
}

/** A busy machine answers 503 for a while when its engine took too long. */
async function sentQuietly(url: string, recipe: Recipe): Promise<Seen> {
  for (let tries = 0; ; tries += 1) {
    const seen = await sendOne(url, recipe, true);
    if (seen.type !== "refused" || seen.status !== 503 || tries === QUIET_TRIES) return seen;
    await sleep(1_000);
  }
}

interface HurtRun {
  readonly chaos: ChaosFleet;
  readonly recipes: readonly Recipe[];
  readonly expected: Expected;
  readonly random: Random;
  readonly options: ChaosOptions;
}

async function hurtRun({ chaos, recipes, expected, random, options }: HurtRun): Promise<ChaosReport> {
  const { url } = chaos;
  const history = new History();
  const faults = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  const stop = new AbortController();
  const onFault = (fault: Fault, detail: string) => {
    faults[fault] += 1;
    options.tell(`${fault}: ${detail}`);
  };
  const running = { url, recipes, history, random: random.fork(), signal: stop.signal };
  const work = Promise.all([
    sendJobs({ ...running, clients: 4, openJobs: 12 }),
    hurt({ chaos, random: random.fork(), signal: stop.signal, onFault }),
  ]);
  await Promise.race([sleep(options.seconds * 1000), work]);
  stop.abort();
  await work;
  const stuck = await explain(url, await settle(url, PATIENCE_MS));
  const checked = await check({ url, results: chaos.fleet.results, history, recipes, expected });
  const leftovers = await endAndLook(chaos);
  const requests = countBy(history.entries.map(({ seen }) => seen.type));
  return {
    ...checked.violations,
    ...leftovers,
    requests,
    faults,
    stuck,
    jobs: checked.jobs,
    files: checked.files,
  };
}

/** The records of stuck jobs, read before the fleet ends. */
export async function explain(url: string, jobs: readonly JobView[]): Promise<string[]> {
  if (jobs.length === 0) return [];
  const slaves = await (await fetch(`${url}/slaves`)).text();
  const stats = await (await fetch(`${url}/stats`)).text();
  const details = await Promise.all(jobs.map(({ id }) => fetchJob(url, id)));
  return [...details.map((detail) => JSON.stringify(detail)), slaves, stats];
}

export function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
