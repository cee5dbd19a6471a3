import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf, send } from "../processes.ts";
import type { Random } from "../random.ts";
import type { EngineFleet, EngineMaster, EngineSlave, Server } from "./fleet.ts";

export const ENGINE_FAULTS = [
  "child killed",
  "slave killed",
  "slave frozen",
  "master killed",
  "master frozen",
  "master cut off",
  "server killed",
  "server frozen",
  "servers cut off",
  "bucket away",
] as const;
export type EngineFault = (typeof ENGINE_FAULTS)[number];

const WEIGHTS: Readonly<Record<EngineFault, number>> = {
  "child killed": 10,
  "slave killed": 6,
  "slave frozen": 4,
  "master killed": 4,
  "master frozen": 3,
  "master cut off": 3,
  "server killed": 1,
  "server frozen": 1,
  "servers cut off": 1,
  "bucket away": 1,
};

/** Longest outage in seconds: longer than the silence after which a master counts as gone. */
const LONGEST = 12;

export interface EngineFaultOptions {
  readonly fleet: EngineFleet;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onFault: (fault: EngineFault, detail: string) => void;
}

interface Targets {
  readonly master: EngineMaster;
  readonly slave: EngineSlave;
  readonly server: Server;
}

type Act = (options: EngineFaultOptions, targets: Targets) => Promise<string>;

const ACTS: Readonly<Record<EngineFault, Act>> = {
  "child killed": async ({ random }, { slave }) => {
    const children = childrenOf(slave.pid);
    if (children.length > 0) send(random.pick(children), "SIGKILL");
    return slave.name;
  },
  "slave killed": async ({ random }, { slave }) => {
    await slave.restart(random.between(0, 2_000));
    return slave.name;
  },
  "slave frozen": async ({ random }, { slave }) => await frozen(slave, random.between(0.5, 6)),
  "master killed": async ({ random }, { master }) => {
    const seconds = random.between(0, LONGEST);
    await master.kill();
    await sleep(seconds * 1000);
    await master.start();
    return `${master.name} for ${seconds.toFixed(1)} s`;
  },
  "master frozen": async ({ random }, { master }) => await frozen(master, random.between(0.5, LONGEST)),
  "master cut off": async ({ random }, { master }) => {
    const seconds = random.between(0.5, LONGEST);
    await cutOff([master], seconds);
    return `${master.name} from its servers for ${seconds.toFixed(1)} s`;
  },
  "server killed": async ({ random }, { server }) => {
    await server.crash();
    await sleep(random.between(0, 4_000));
    await server.start();
    return server.name;
  },
  "server frozen": async ({ random }, { server }) => {
    const seconds = random.between(0.5, LONGEST);
    await server.freeze();
    await sleep(seconds * 1000);
    await server.thaw();
    return `${server.name} for ${seconds.toFixed(1)} s`;
  },
  "servers cut off": async ({ fleet, random }) => {
    const seconds = random.between(0.5, LONGEST);
    await cutOff(fleet.masters, seconds);
    return `from all masters for ${seconds.toFixed(1)} s`;
  },
  "bucket away": async ({ fleet, random }) => {
    await fleet.bucket.kill();
    const seconds = random.between(0.5, 8);
    await sleep(seconds * 1000);
    await fleet.bucket.start();
    return `for ${seconds.toFixed(1)} s`;
  },
};

async function frozen({ name, pid }: EngineMaster | EngineSlave, seconds: number): Promise<string> {
  send(pid, "SIGSTOP");
  await sleep(seconds * 1000);
  send(pid, "SIGCONT");
  return `${name} for ${seconds.toFixed(1)} s`;
}

async function cutOff(masters: readonly EngineMaster[], seconds: number): Promise<void> {
  const gates = masters.flatMap((master) => master.gates);
  for (const gate of gates) gate.cutOff();
  await sleep(seconds * 1000);
  for (const gate of gates) gate.mend();
}

/** What a fault hits, which has no other fault at the time. Of the servers one is hit at a time: else no job would be accepted. */
function targetOf(fault: EngineFault, { master, slave }: Targets): string {
  if (fault.startsWith("server") || fault === "bucket away") return "servers";
  return fault.startsWith("master") ? master.name : slave.name;
}

/** Causes random faults until it is stopped; resolves when every fault is over. */
export async function hurtEngines(options: EngineFaultOptions): Promise<void> {
  const { fleet, random, signal } = options;
  const bag = ENGINE_FAULTS.flatMap((fault) => Array.from({ length: WEIGHTS[fault] }, () => fault));
  // Every kind at least once, in a short run too.
  const first = [...ENGINE_FAULTS];
  const busy = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    await sleep(random.between(300, 3_000));
    const fault = first[0] ?? random.pick(bag);
    const targets = {
      master: random.pick(fleet.masters),
      slave: random.pick(fleet.slaves),
      server: random.pick(fleet.servers),
    };
    const target = targetOf(fault, targets);
    if (busy.has(target)) continue;
    first.shift();
    const act = ACTS[fault](options, targets).then((detail) => options.onFault(fault, detail));
    busy.set(
      target,
      act.finally(() => busy.delete(target)),
    );
  }
  await Promise.all(busy.values());
}
