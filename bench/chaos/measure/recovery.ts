import { job as fetchJob, post, until } from "../../../tests/e2e/fleet.ts";
import type { ChaosFleet } from "../fleet.ts";

export interface Recovery {
  /** Seconds from the end of the master's process (kill -9) until the new one is ready. */
  readonly ready: number;
  /** … until a slave that ran all the time works on a file again. */
  readonly firstLease: number;
}

/** Kills a master in the middle of a job of this number of files, and starts it again. */
export async function recover(chaos: ChaosFleet, units: number): Promise<Recovery> {
  const files = Array.from({ length: units }, (_, n) => ({
    name: `t${n}.txt`,
    body: Buffer.from(`Text ${n}.`),
  }));
  await chaos.fleet.alive(chaos.slaves.length);
  const headers = { prefer: "respond-async" };
  const response = await post(chaos.url, files, { task: "text", field: "texts", headers });
  const { job_id: id } = (await response.json()) as { job_id: string };
  const counts = async () => (await fetchJob(chaos.url, id)).counts;
  await until("work on the job", async () => ((await counts()).done > 0 ? true : undefined));
  await chaos.killMaster();
  const killed = performance.now();
  const seconds = () => (performance.now() - killed) / 1000;
  await chaos.startMaster();
  const ready = seconds();
  const { done } = await counts();
  await until("the first lease", async () => {
    const now = await counts();
    return now.running > 0 || now.done > done ? true : undefined;
  });
  const firstLease = seconds();
  await fetch(`${chaos.url}/jobs/${id}`, { method: "DELETE" });
  return { ready, firstLease };
}
