import { setTimeout as sleep } from "node:timers/promises";
import { type ChaosFleet, type ChaosSlave, SILENCE_SECONDS } from "./fleet.ts";
import { losePower } from "./powerLoss.ts";
import { childrenOf, send } from "./processes.ts";
import type { Random } from "./random.ts";

export const FAULTS = [
  "child killed",
  "slave killed",
  "slave frozen",
  "connection reset",
  "master killed",
  "power lost",
  "disk filled",
] as const;
export type Fault = (typeof FAULTS)[number];

const WEIGHTS: Readonly<Record<Fault, number>> = {
  "child killed": 5,
  "slave killed": 2,
  "slave frozen": 1,
  "connection reset": 5,
  "master killed": 1,
  "power lost": 1,
  "disk filled": 1,
};

/** Faults of the master, or of the disk that it starts from. */
const MASTERS = new Set<Fault>(["master killed", "power lost", "disk filled"]);

export interface FaultOptions {
  readonly chaos: ChaosFleet;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onFault: (fault: Fault, detail: string) => void;
}

type Act = (options: FaultOptions, slave: ChaosSlave) => Promise<string>;

const ACTS: Readonly<Record<Fault, Act>> = {
  "child killed": async ({ random }, slave) => {
    const children = childrenOf(slave.pid);
    if (children.length > 0) send(random.pick(children), "SIGKILL");
    return slave.name;
  },
  "slave killed": async ({ random }, slave) => {
    await slave.restart(random.between(0, 2000));
    return slave.name;
  },
  "slave frozen": async ({ random }, slave) => {
    const { pid } = slave;
    send(pid, "SIGSTOP");
    const seconds = random.between(0.5, 2 * SILENCE_SECONDS);
    await sleep(seconds * 1000);
    send(pid, "SIGCONT");
    return `${slave.name} for ${seconds.toFixed(1)} s`;
  },
  "connection reset": async ({ random }, slave) => {
    const bytes = Math.floor(10 ** random.between(2, 5));
    slave.wire.cutAfter(bytes);
    return `${slave.name} after ${bytes} bytes`;
  },
  "master killed": async ({ chaos }) => {
    await chaos.killMaster();
    await chaos.startMaster();
    return "restarted";
  },
  "power lost": async ({ chaos, random }) => {
    await chaos.killMaster();
    const bytes = await losePower(
      { data: chaos.masterData, results: chaos.fleet.results, ledger: chaos.ledger },
      random,
    );
    await chaos.startMaster();
    return `${bytes} bytes that were never synced are gone`;
  },
  "disk filled": async ({ chaos, random }) => {
    const free = random.below(256 * 1024);
    await chaos.disk?.fill(free);
    const seconds = random.between(0.5, 4);
    await sleep(seconds * 1000);
    await chaos.disk?.empty();
    return `but for ${free} bytes, for ${seconds.toFixed(1)} s`;
  },
};

/** Causes random faults until it is stopped; resolves when every fault is over. */
export async function hurt(options: FaultOptions): Promise<void> {
  const { chaos, random, signal } = options;
  const possible = FAULTS.filter((fault) => fault !== "disk filled" || chaos.disk !== undefined);
  const bag = possible.flatMap((fault) => Array.from({ length: WEIGHTS[fault] }, () => fault));
  // Every kind at least once, in a short run too.
  const first = [...possible];
  const busy = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    await sleep(random.between(300, 2200));
    const fault = first[0] ?? random.pick(bag);
    const slave = random.pick(chaos.slaves);
    const target = MASTERS.has(fault) ? "master" : slave.name;
    // Each member has one fault at a time; several members may have one at the same time.
    if (busy.has(target)) continue;
    first.shift();
    const act = ACTS[fault](options, slave).then((detail) => options.onFault(fault, detail));
    busy.set(
      target,
      act.finally(() => busy.delete(target)),
    );
  }
  await Promise.all(busy.values());
  for (const { wire } of chaos.slaves) wire.cutAfter(Number.POSITIVE_INFINITY);
}
