import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openFolderStore } from "../../master/store/folder/folderStore.ts";
import { allJobs } from "./clients.ts";
import type { ChaosFleet } from "./fleet.ts";
import { processesNaming } from "./processes.ts";

export interface Leftovers {
  /** Processes that outlived the fleet. */
  readonly processes: string[];
  /** Bytes that belong to no job. */
  readonly spool: string[];
}

/** Time for the first sweep of a master. */
const SWEEP_MS = 3000;
/** Number of looks, 100 ms apart, after which a leftover counts. */
const TRIES = 100;

/** Ends the fleet after all jobs have ended, and collects what it left behind. */
export async function endAndLook(chaos: ChaosFleet): Promise<Leftovers> {
  const { masterData, fleet } = chaos;
  const spool = await temporary(chaos);
  // The next start removes incomplete uploads of a killed master.
  await chaos.killMaster();
  await chaos.startMaster();
  await sleep(SWEEP_MS);
  const purged = await purgeAll(chaos.url);
  const jobs = new Set((await allJobs(chaos.url)).map(({ id }) => id));
  await chaos.halt();
  const store = await openFolderStore({ folder: join(masterData, "spool") });
  for await (const group of store.groups()) {
    if (!jobs.has(group)) spool.push(`${purged ? "a purged job's" : "an unknown job's"} bytes: ${group}`);
  }
  await store.close();
  return { processes: await processesLeft(fleet.folder), spool };
}

/** Temporary files that still exist some time after their use. */
async function temporary({ masterData, fleet }: ChaosFleet): Promise<string[]> {
  const folders = [join(masterData, "spool", "tmp")];
  for (const master of await names(join(fleet.results, ".tmp")))
    folders.push(join(fleet.results, ".tmp", master));
  for (const name of await names(join(fleet.folder, "data")))
    if (name.startsWith("slave-")) folders.push(join(fleet.folder, "data", name, "leases"));
  let found: string[] = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    found = (await Promise.all(folders.map(async (folder) => below(folder, await names(folder))))).flat();
    if (found.length === 0) break;
    await sleep(100);
  }
  return found;
}

function below(folder: string, found: readonly string[]): string[] {
  return found.map((name) => join(folder, name));
}

/** False where jobs cannot be purged. */
export async function purgeAll(url: string): Promise<boolean> {
  const jobs = await allJobs(url);
  for (const { id } of jobs) await fetch(`${url}/jobs/${id}?purge=true`, { method: "DELETE" });
  return jobs.length > 0 && (await allJobs(url)).length === 0;
}

export async function processesLeft(folder: string): Promise<string[]> {
  // A child checks its parent four times a second.
  for (let tries = 0; tries < TRIES && processesNaming(folder).length > 0; tries += 1) await sleep(100);
  return processesNaming(folder).map((pid) => `process ${pid}`);
}

async function names(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}
