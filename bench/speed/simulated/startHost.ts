import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { HostMessage, HostWish } from "./host.ts";
import type { SlotCounts } from "./slave.ts";

/** A process of simulated slaves at one master. */
export interface SimulatedHost {
  readonly pid: number;
  /** As it told them a quarter of a second ago at most. */
  readonly counts: SlotCounts;
  /** Units that began, with the time of each by `performance.now()`; only where the host tells them. */
  readonly began: ReadonlyMap<string, number>;
  kill(): Promise<void>;
}

/** Resolves when its slaves are registered. */
export async function startHost(wish: HostWish): Promise<SimulatedHost> {
  const child = fork(join(import.meta.dirname, "host.ts"), [JSON.stringify(wish)]);
  const began = new Map<string, number>();
  let counts: SlotCounts = { busy: 0, done: 0 };
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the simulated slaves ended (${code})`)));
    child.on("message", (message: HostMessage) => {
      if (message.type === "ready") resolve();
      else if (message.type === "counts") counts = message;
      else began.set(message.unit, performance.now());
    });
  });
  return {
    pid: child.pid ?? 0,
    get counts() {
      return counts;
    },
    began,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}
