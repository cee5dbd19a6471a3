import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { AppError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import { usableFolder } from "../../shared/usableFolder.ts";
import type { MasterConfig } from "../config.ts";
import { ChangeHub } from "../hub.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { namingWriter } from "../results/namingWriter.ts";
import { ResultsFolder } from "../results/results.ts";
import { keepingWriter, type ResultWriter, replacingWriter } from "../results/resultWriter.ts";
import { openFolderStore } from "../store/folder/folderStore.ts";
import type { ByteStore } from "../store/port.ts";
import { DiskSpace, type RetryWhileFull } from "../upkeep/diskSpace.ts";
import { whenReachable } from "./engineWait.ts";
import { type Outage, openRecord } from "./record.ts";

/** What the master keeps on its disks. */
export interface Storage {
  readonly disk: DiskSpace;
  readonly retryWhileFull: RetryWhileFull;
  readonly hub: ChangeHub;
  readonly jobs: RecordOfJobs;
  readonly outage: Outage;
  readonly store: ByteStore;
  readonly results: ResultsFolder;
  /** Puts results into that folder. */
  readonly resultWriter: ResultWriter;
}

/** Small inputs are mostly sent to a slave, and small parts written as results, soon after they came. */
const RECENT_BYTES = 4 * 2 ** 20;

export type OpenStore = (config: MasterConfig, logger: Logger) => Promise<ByteStore>;

/** Opens the store of bytes in a bucket where one is named, else in a folder of this machine. */
export const openSpool: OpenStore = async (config, logger) => {
  const { store, dataDir } = config;
  if (store === undefined)
    return await openFolderStore({
      folder: join(dataDir, "master", "spool"),
      recentBytes: RECENT_BYTES,
      logger,
    });
  const { openS3Store } = await import("../store/s3/s3Store.ts");
  // A lease that waits for the store for `silenceSeconds` would count as one of a lost slave.
  const patienceMs = Math.min(15_000, (config.silenceSeconds * 1_000) / 3);
  const onChange = (trouble: AppError | undefined) => {
    if (trouble === undefined) logger.info("the store answers again");
    else logger.error({ err: trouble }, "the store cannot be used: new jobs are refused, accepted ones wait");
  };
  const isShared = config.databaseUrl !== undefined;
  const open = () => openS3Store({ ...store, isShared, patienceMs, onChange });
  const opened = await whenReachable(open, { seconds: config.engineWaitSeconds, logger });
  logger.info({ bucket: store.place.bucket, prefix: store.place.prefix }, "the store is a bucket");
  return opened;
};

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
  for (const { name } of TASKS)
    if (existsSync(join(resultsDir, name)))
      await usableFolder({ folder: join(resultsDir, name), variable: "RESULTS_DIR" });
  const hub = new ChangeHub();
  const disk = new DiskSpace({ folders: [data, resultsDir], minFreeBytes, logger });
  const retryWhileFull: RetryWhileFull = (work) => disk.retryWhileFull(work, stopping);
  // Opened before the store: the record holds the lock of the folder, so that a second master changes nothing in it.
  const file = join(data, "jobs.sqlite");
  const master = await nameOfMaster(data);
  const record = await openRecord({ config, place: master, file, hub, logger, retryWhileFull, stopping });
  const { jobs, outage, retry } = record;
  const store = await openStore(config, logger);
  const results = new ResultsFolder({ folder: resultsDir, store, master, retryWhileFull });
  const writerOf = config.onExisting === "replace" ? replacingWriter : keepingWriter;
  const named = {
    rename: (taken) => jobs.rename(taken),
    owner: (task, name) => retry(() => jobs.owner(task, name)),
  } satisfies Pick<RecordOfJobs, "rename" | "owner">;
  const folderWriter = writerOf(named, results);
  const { names } = store;
  const resultWriter =
    names === undefined ? folderWriter : namingWriter(folderWriter, { jobs: named, names, retryWhileFull });
  return { disk, retryWhileFull, hub, jobs, outage, store, results, resultWriter };
}

/** A word for a master that stays the same, and differs from those of masters with other folders or on other hosts. */
async function nameOfMaster(data: string): Promise<string> {
  const { dev, ino } = await stat(data);
  return createHash("sha256").update(`${hostname()} ${dev} ${ino}`).digest("hex").slice(0, 12);
}
