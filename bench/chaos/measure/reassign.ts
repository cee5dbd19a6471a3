import { setTimeout as sleep } from "node:timers/promises";
import { post, until } from "../../../tests/e2e/fleet.ts";
import type { ChaosFleet, ChaosSlave } from "../fleet.ts";
import { pages } from "../recipes.ts";
import { filesAt } from "./working.ts";

/** Seconds from the end of a slave (kill -9) until another slave works on its file. */
export async function timesToReassign(chaos: ChaosFleet, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    await chaos.fleet.alive(chaos.slaves.length);
    times.push(await oneReassignment(chaos, `lost-${n}`));
  }
  return times;
}

/** One page, so that the other slave has an idle slot for it. */
async function oneReassignment(chaos: ChaosFleet, prefix: string): Promise<number> {
  const headers = { prefer: "respond-async" };
  await post(chaos.url, await pages(prefix, 1), { task: "ocr", field: "images", headers });
  const victim = await until("work on the page", () => workerOn(chaos.slaves, prefix));
  const others = chaos.slaves.filter((slave) => slave !== victim);
  await victim.kill();
  const killed = performance.now();
  // A page that is done at the moment of the kill is not processed again.
  for (let tries = 0; tries < 5000 && !(await workerOn(others, prefix)); tries += 1) await sleep(2);
  const seconds = (performance.now() - killed) / 1000;
  await victim.restart(0);
  return seconds;
}

async function workerOn(slaves: readonly ChaosSlave[], prefix: string): Promise<ChaosSlave | undefined> {
  for (const slave of slaves)
    if ((await filesAt(slave)).some((name) => name.startsWith(prefix))) return slave;
  return undefined;
}
