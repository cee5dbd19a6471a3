import { setTimeout as sleep } from "node:timers/promises";
import { post, until } from "../../../tests/e2e/fleet.ts";
import type { ChaosFleet } from "../fleet.ts";
import { pages } from "../recipes.ts";
import { isWorkingOn } from "./working.ts";

/**
 * Seconds from `DELETE /jobs/<id>` to the moment when no slave works on a file of it any more, for jobs that
 * are being worked on.
 */
export async function timesToCancel(chaos: ChaosFleet, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const prefix = `cancel-${n}`;
    const headers = { prefer: "respond-async" };
    const response = await post(chaos.url, await pages(prefix, 8), { task: "ocr", field: "images", headers });
    const { job_id: id } = (await response.json()) as { job_id: string };
    await until("work on the job", async () => ((await isWorkingOn(chaos, prefix)) ? true : undefined));
    const started = performance.now();
    await fetch(`${chaos.url}/jobs/${id}`, { method: "DELETE" });
    while (await isWorkingOn(chaos, prefix)) await sleep(5);
    times.push((performance.now() - started) / 1000);
  }
  return times;
}
