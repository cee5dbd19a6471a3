import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "../../shared/errors.ts";
import { withOwnFleet } from "../fleet/ownFleet.ts";
import type { Terminal } from "../output/terminal.ts";
import { counted } from "../output/words.ts";
import type { FleetClient } from "../sdk/index.ts";
import { profileOfRun } from "./busyProfile.ts";
import { NOOP } from "./calledFunction.ts";
import { type CallsMade, type CallsWish, makeCalls } from "./callers.ts";
import type { MeasuredRun } from "./measuredRun.ts";

export interface BenchWish extends Omit<CallsWish, "client"> {
  /** Numbers of callers; each is a run. */
  readonly callers: readonly number[];
  readonly terminal: Terminal;
}

/** The master writes its timeline once a second for its readers. */
const WRITTEN_MS = 1_100;
/** Calls of each slot before the first run: a fresh process is slow for a while. */
const WARM_CALLS = 5;

/** The runs over a fleet for each of these numbers of slaves. @throws AppError `not_started` */
export async function runsOverOwnFleets(
  wish: BenchWish,
  { slaves, slots }: { readonly slaves: readonly number[]; readonly slots: number },
): Promise<readonly MeasuredRun[]> {
  const runs: MeasuredRun[] = [];
  const { terminal, mode: functions, signal } = wish;
  for (const count of slaves)
    await withOwnFleet({ slaves: count, slots, functions, terminal }, async (fleet) => {
      runs.push(...(await runsOver(await fleet.ready(signal), wish)));
    });
  return runs;
}

/** The runs over the slaves that a master has, one after the other. @throws AppError `no_slaves` */
export async function runsOver(client: FleetClient, wish: BenchWish): Promise<readonly MeasuredRun[]> {
  const { signal, terminal } = wish;
  const all = await client.slaves.list({ signal });
  const slaves = all.filter(({ state, tasks }) => state === "alive" && tasks.includes("function"));
  if (slaves.length === 0) throw noFunctionSlaves(client.url);
  const slots = slaves.reduce((sum, slave) => sum + slave.slots, 0);
  await makeCalls(slots, { ...wish, client, called: NOOP, length: { calls: WARM_CALLS } });
  const made: (CallsMade & { readonly callers: number })[] = [];
  for (const callers of wish.callers) {
    terminal.note(`${counted(callers, "caller")} over ${counted(slaves.length, "slave")} …`);
    made.push({ callers, ...(await makeCalls(callers, { ...wish, client })) });
  }
  await wait(WRITTEN_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  const runs: MeasuredRun[] = [];
  for (const run of made) {
    const profile = await profileOfRun(client, slaves, run);
    runs.push({ ...run, slaves: slaves.length, profile });
  }
  return runs;
}

function noFunctionSlaves(url: string): AppError {
  return new AppError(
    "no_slaves",
    `No slave of ${url} runs functions. A slave does when it has a token and ALLOW_FUNCTIONS=sandbox or trusted.`,
    { status: 503 },
  );
}
