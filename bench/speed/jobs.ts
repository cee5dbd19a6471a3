import { setTimeout as sleep } from "node:timers/promises";
import type { JobView } from "../../shared/contract/jobs.ts";

const LOOK_MS = 20;

/** @throws when the job did not succeed */
export async function jobEnded(master: string, location: string): Promise<JobView> {
  return await jobWhere(master, location, ({ state, error }) => {
    if (state === "queued" || state === "running") return false;
    if (state !== "succeeded") throw new Error(`${location} ended as ${state}: ${error}`);
    return true;
  });
}

/** Polls the job until it fulfils the condition. */
export async function jobWhere(
  master: string,
  location: string,
  wanted: (job: JobView) => boolean,
): Promise<JobView> {
  for (;;) {
    const job = (await (await fetch(master + location)).json()) as JobView;
    if (wanted(job)) return job;
    await sleep(LOOK_MS);
  }
}
