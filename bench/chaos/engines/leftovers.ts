import { setTimeout as sleep } from "node:timers/promises";
import { openS3Store } from "../../../master/store/s3/s3Store.ts";
import { KEYS } from "../../../tests/fixtures/store/s3Server.ts";
import { allJobs } from "../clients.ts";
import { type Leftovers, processesLeft, purgeAll } from "../leftovers.ts";
import { type EngineFleet, PREFIX } from "./fleet.ts";

/** Time in which masters remove the objects of purged jobs. */
const PURGE_MS = 5_000;

/** Purges all jobs, ends the fleet, and collects what it left behind. */
export async function endEngines(fleet: EngineFleet): Promise<Leftovers> {
  const isPurged = await purgeAll(fleet.url);
  await sleep(PURGE_MS);
  const jobs = new Set((await allJobs(fleet.url)).map(({ id }) => id));
  await fleet.halt();
  const store = await openS3Store({
    place: fleet.bucket.place(PREFIX),
    keys: KEYS,
    isShared: true,
    patienceMs: 5_000,
    onChange: () => undefined,
  });
  const spool = isPurged ? [] : ["jobs that cannot be purged"];
  for await (const group of store.groups())
    if (!jobs.has(group)) spool.push(`an unknown job's bytes: ${group}`);
  await store.close();
  return { processes: await processesLeft(fleet.folder), spool };
}
