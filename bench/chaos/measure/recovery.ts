import { job as fetchJob, post, until } from "../../../tests/e2e/fleet.ts";
import type { ChaosFleet } from "../fleet.ts";

export interface Recovery {
  /** Seconds from the start of the new master's process until it is ready. */
  readonly ready: number;
  /** … until a slave that asks at once has got its first file. */
  readonly firstLease: number;
}

/** Kills a master that has so many units waiting, and starts it again. */
export async function recover(chaos: ChaosFleet, units: number): Promise<Recovery> {
  const files = Array.from({ length: units }, (_, n) => ({
    name: `t${n}.txt`,
    body: Buffer.from(`Text ${n}.`),
  }));
  for (const slave of chaos.slaves) await slave.kill();
  const headers = { prefer: "respond-async" };
  const response = await post(chaos.url, files, { task: "text", field: "texts", headers });
  const { job_id: id } = (await response.json()) as { job_id: string };
  await chaos.killMaster();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  await chaos.startMaster();
  const ready = seconds();
  void chaos.slaves[0]?.restart(0);
  await until("the first lease", async () => {
    const { counts } = await fetchJob(chaos.url, id);
    return counts.running + counts.done > 0 ? true : undefined;
  });
  const firstLease = seconds();
  await fetch(`${chaos.url}/jobs/${id}`, { method: "DELETE" });
  return { ready, firstLease };
}
