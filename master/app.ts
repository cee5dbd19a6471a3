import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import express from "express";
import { createHttpServer } from "../shared/http/server.ts";
import type { Logger } from "../shared/logger.ts";
import { usableFolder } from "../shared/usableFolder.ts";
import { localSlaveEnvironment, type MasterConfig } from "./config.ts";
import { type CountedQueue, countedQueue } from "./dispatch/countedQueue.ts";
import { Dispatcher } from "./dispatch/dispatcher.ts";
import { SpeculationBook } from "./dispatch/speculation.ts";
import { Suspects } from "./dispatch/suspects.ts";
import { UnitTimes } from "./dispatch/timing.ts";
import { LocalRoster } from "./fleet/localRoster.ts";
import { LocalSlaves } from "./fleet/localSlaves.ts";
import { SlaveRegistry } from "./fleet/registry.ts";
import type { Slave } from "./fleet/slave.ts";
import { masterRoutes } from "./http/routes.ts";
import type { KeptBytes } from "./jobs/keptBytes.ts";
import { JobRunner } from "./jobs/runner.ts";
import { createSlaveHttp, type SlaveHttp } from "./lease/client.ts";
import { PaceBook, type StragglerRule } from "./map/pace.ts";
import { UnitBoard } from "./map/units.ts";
import { MasterMetrics } from "./metrics.ts";
import { MemoryQueue } from "./queue/memory.ts";
import { ChangeHub } from "./record/hub.ts";
import type { RecordOfJobs } from "./record/port.ts";
import { withRetriedApply } from "./record/retriedApply.ts";
import { openSqliteRecord } from "./record/sqlite/sqliteRecord.ts";
import { restoreRecentJobs } from "./results/restore.ts";
import { ResultsFolder, standsIn } from "./results/results.ts";
import { openFolderStore } from "./store/folder/folderStore.ts";
import type { ByteStore } from "./store/port.ts";
import { DiskSpace, type RetryWhileFull } from "./upkeep/diskSpace.ts";
import { Retention, type RetentionPolicy } from "./upkeep/retention.ts";

/** The master, built and not yet listening. */
export interface MasterApp {
  readonly server: Server;
  /** Takes up the jobs that are not ended, and begins to hand out work. */
  start(): Promise<void>;
  /** Stops handing out work, lets leases finish for a while, closes everything; jobs go on with the next start. */
  stop(drainSeconds: number): Promise<void>;
}

/** The composition root: every object of the master is made here and handed to those that need it. */
export async function createMaster(
  config: MasterConfig,
  logger: Logger,
  version: string,
): Promise<MasterApp> {
  const data = join(config.dataDir, "master");
  const stopping = new AbortController();
  const opened = await openRecord(config, logger, stopping.signal);
  const { hub } = opened;
  const store = await openFolderStore({ folder: join(data, "spool"), recentBytes: RECENT_BYTES, logger });
  const slaveHttp = createSlaveHttp({ fleetToken: config.access.fleetToken, ca: config.ca });
  const queue = countedQueue(new MemoryQueue());
  const announce = (slave: Slave) => hub.slaveChanged(slave);
  const registry = new SlaveRegistry({ config, logger, check: slaveHttp.check, announce });
  const suspects = new Suspects(config);
  const speculation = new SpeculationBook(opened.jobs, logger);
  const parts = { config, logger, store, ...opened, queue, registry, slaveHttp, suspects, speculation };
  const { dispatcher, runner, results, keptBytes } = pipeline(parts);
  const retention = new Retention({ ...parts, results, keptBytes, policy: retentionPolicy(config) });
  const localSlaves = localSlavesOf(parts, () => urlOf(server, config));
  const metrics = new MasterMetrics({ ...parts, version, leases: () => dispatcher.leases });
  const routes = { ...parts, localSlaves, runner, results, metrics, version, startedAt: Date.now() };
  const start = async () => {
    await results.sweep();
    dispatcher.start();
    await Promise.all([localSlaves.resume(), resume(runner, results, parts)]);
    retention.start();
  };
  const server = createHttpServer(config, masterRoutes(express(), routes));
  const stop = async (drainSeconds: number) => {
    await dispatcher.stop(drainSeconds);
    const localEnd = localSlaves.stop();
    registry.stop();
    const runsEnd = runner.stop();
    stopping.abort();
    await Promise.all([runsEnd, localEnd, retention.stop()]);
    server.closeAllConnections();
    slaveHttp.close();
    for (const port of [queue, opened.jobs, store]) await port.close();
  };
  return { server, start, stop };
}

/** Opens the folders and the record, whose lock on DATA_DIR keeps a second master from touching anything. */
async function openRecord(config: MasterConfig, logger: Logger, stopping: AbortSignal) {
  const data = join(config.dataDir, "master");
  // No other user of this machine may read it.
  await usableFolder({ folder: data, variable: "DATA_DIR", mode: 0o700 });
  await usableFolder({ folder: config.resultsDir, variable: "RESULTS_DIR" });
  const isTaken = standsIn(config.resultsDir);
  const hub = new ChangeHub();
  const record = await openSqliteRecord({ file: join(data, "jobs.sqlite"), isTaken, hub });
  const disk = new DiskSpace({
    folders: [data, config.resultsDir],
    minFreeBytes: config.minFreeBytes,
    logger,
  });
  const retryWhileFull: RetryWhileFull = (work) => disk.retryWhileFull(work, stopping);
  return { hub, disk, jobs: withRetriedApply(record, retryWhileFull), retryWhileFull };
}

/** Takes up what the last master left, and puts the results folder right. */
async function resume(runner: JobRunner, results: ResultsFolder, deps: PipelineDeps): Promise<void> {
  const { logger, suspects, jobs } = deps;
  const resumed = await runner.resume();
  if (resumed > 0) {
    logger.info({ jobs: resumed }, "unfinished jobs go on");
    suspects.masterWasEnded();
  }
  await restoreRecentJobs(jobs, results);
}

/** Small inputs are mostly sent to a slave, and small parts placed, soon after they came. */
const RECENT_BYTES = 4 * 2 ** 20;
/** Beyond what any client takes to fetch the results that its answer named. */
const GRACE_SECONDS = 60;

function retentionPolicy({ keepJobsSeconds, keepBytes, keepResultsSeconds }: MasterConfig): RetentionPolicy {
  return {
    jobSeconds: keepJobsSeconds,
    bytes: keepBytes,
    resultsSeconds: keepResultsSeconds,
    graceSeconds: GRACE_SECONDS,
  };
}

function localSlavesOf(deps: PipelineDeps, masterUrl: () => string): LocalSlaves {
  const { config } = deps;
  return new LocalSlaves({
    ...deps,
    roster: new LocalRoster(join(config.dataDir, "master", "local-slaves.json")),
    max: config.maxLocalSlaves ?? 4 * availableParallelism(),
    drainSeconds: config.drainSeconds,
    environment: (set) => localSlaveEnvironment(config, masterUrl(), set),
  });
}

/** Where slaves on this machine reach the master. */
function urlOf(server: Server, { host, tls }: MasterConfig): string {
  const { port } = server.address() as AddressInfo;
  const near = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `${tls === undefined ? "http" : "https"}://${near.includes(":") ? `[${near}]` : near}:${port}`;
}

interface PipelineDeps {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly store: ByteStore;
  readonly jobs: RecordOfJobs;
  readonly hub: ChangeHub;
  readonly queue: CountedQueue;
  readonly registry: SlaveRegistry;
  readonly slaveHttp: SlaveHttp;
  readonly disk: DiskSpace;
  readonly retryWhileFull: RetryWhileFull;
  readonly suspects: Suspects;
  readonly speculation: SpeculationBook;
}

function pipeline(deps: PipelineDeps) {
  const { config, store, retryWhileFull } = deps;
  const board = new UnitBoard();
  const paces = new PaceBook();
  const results = new ResultsFolder(config.resultsDir, store, retryWhileFull);
  const keptBytes: KeptBytes = new Map();
  const dispatcher = new Dispatcher({
    ...deps,
    board,
    times: new UnitTimes(),
    paces,
    stragglerRule: stragglerRuleOf(config),
    suspects: deps.suspects,
    leaseSeconds: 4 * config.silenceSeconds,
    transport: {
      http: deps.slaveHttp,
      store,
      maxPartBytes: config.maxPartBytes,
      silenceSeconds: config.silenceSeconds,
    },
  });
  const runner = new JobRunner({
    ...deps,
    board,
    paces,
    results,
    keptBytes,
    dispatcher,
    put: async (group, filename, body) => {
      // What a job makes by itself waits for room, as its results do.
      const stored = await retryWhileFull(() => store.put(body, { group }));
      // It may become a result: what is on record must survive a power loss.
      await store.flush();
      return { filename, ...stored };
    },
    read: (file) => store.read(file.key),
    budgets: {
      waiting: config.queueSeconds,
      running: config.unitRunSeconds,
      silence: config.unitSilenceSeconds,
      total: config.jobSeconds,
    },
  });
  return { dispatcher, runner, results, keptBytes };
}

function stragglerRuleOf({
  stragglerRule: rule,
  stragglerFactor,
  stragglerSeconds,
}: MasterConfig): StragglerRule {
  const factor = stragglerFactor ?? (rule === "mean" ? 1.2 : 1.5);
  return { rule, factor, doneShare: 0.75, seconds: stragglerSeconds, smallMap: 10 };
}
