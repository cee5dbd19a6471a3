import { join } from "node:path";
import type { Logger } from "../../shared/logger.ts";
import { usableFolder } from "../../shared/usableFolder.ts";
import type { MasterConfig } from "../config.ts";
import { ChangeHub } from "../hub.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { openSqliteRecord } from "../record/sqlite/sqliteRecord.ts";
import { ownedResults, type ResultWriter } from "../results/ownedResults.ts";
import { ResultsFolder, resultExistsIn } from "../results/results.ts";
import { openFolderStore } from "../store/folder/folderStore.ts";
import type { ByteStore } from "../store/port.ts";
import { DiskSpace, type RetryWhileFull } from "../upkeep/diskSpace.ts";

/** What the master keeps on its disks. */
export interface Storage {
  readonly disk: DiskSpace;
  readonly retryWhileFull: RetryWhileFull;
  readonly hub: ChangeHub;
  readonly jobs: RecordOfJobs;
  readonly store: ByteStore;
  readonly results: ResultsFolder;
  /** Puts results into that folder. */
  readonly resultWriter: ResultWriter;
}

/** Small inputs are mostly sent to a slave, and small parts written as results, soon after they came. */
const RECENT_BYTES = 4 * 2 ** 20;

export type OpenStore = (config: MasterConfig, logger: Logger) => Promise<ByteStore>;

/** Opens the store of bytes in a folder of this machine. */
export const openSpool: OpenStore = (config, logger) =>
  openFolderStore({ folder: join(config.dataDir, "master", "spool"), recentBytes: RECENT_BYTES, logger });

export interface StorageDeps {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly openStore: OpenStore;
  /** Aborted when the master stops: work then no longer waits for disk space. */
  readonly stopping: AbortSignal;
}

export async function openStorage(deps: StorageDeps): Promise<Storage> {
  const { config, logger, openStore, stopping } = deps;
  const { resultsDir, minFreeBytes } = config;
  const data = join(config.dataDir, "master");
  // Other users of this machine must not read jobs and their files.
  await usableFolder({ folder: data, variable: "DATA_DIR", mode: 0o700 });
  await usableFolder({ folder: resultsDir, variable: "RESULTS_DIR" });
  const hub = new ChangeHub();
  const isTaken = resultExistsIn(resultsDir);
  const disk = new DiskSpace({ folders: [data, resultsDir], minFreeBytes, logger });
  const retryWhileFull: RetryWhileFull = (work) => disk.retryWhileFull(work, stopping);
  // Opened before the store: the record holds the lock of the folder, so that a second master changes nothing in it.
  const file = join(data, "jobs.sqlite");
  const jobs = await openSqliteRecord({ file, isTaken, hub, retry: retryWhileFull });
  const store = await openStore(config, logger);
  const results = new ResultsFolder({ folder: resultsDir, store, retryWhileFull });
  const resultWriter = config.onExisting === "replace" ? ownedResults(jobs, results) : results;
  return { disk, retryWhileFull, hub, jobs, store, results, resultWriter };
}
