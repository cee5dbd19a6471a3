import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { serviceUrl } from "../shared/http/address.ts";
import { createHttpServer } from "../shared/http/server.ts";
import { serveUpgrades } from "../shared/http/upgrades.ts";
import type { Logger } from "../shared/logger.ts";
import { TUNNEL_PROTOCOL } from "../shared/tunnel/protocol.ts";
import { createFleet, type Fleet } from "./compose/fleet.ts";
import { createReception } from "./compose/reception.ts";
import { openSharing } from "./compose/sharing.ts";
import { type OpenStore, openSpool, openStorage, type Storage } from "./compose/storage.ts";
import { createUploads, type ResumableUploads } from "./compose/uploads.ts";
import { createWebhooks } from "./compose/webhooks.ts";
import { createWork, type Work } from "./compose/work.ts";
import type { MasterConfig } from "./config.ts";
import { masterRoutes } from "./http/routes.ts";
import { MasterMetrics } from "./metrics/metrics.ts";
import type { JobRecord } from "./record/job.ts";
import { restoreRecentJobs } from "./results/restore.ts";
import { TimelineReader } from "./timeline/reader.ts";
import type { WebhookDeliveries } from "./webhooks/deliveries.ts";

/** The master, built and not yet listening. */
export interface MasterApp {
  readonly server: Server;
  /** Takes up the jobs that are not ended, and begins to hand out work. */
  start(): Promise<void>;
  /** Hands out no more work, lets leases finish until the signal is aborted, and closes everything. The next start runs the jobs on. */
  stop(drained: AbortSignal): Promise<void>;
}

/** What is not configured: the program's version, and another store of bytes than a folder on this machine. */
export interface MasterBuild {
  readonly version: string;
  readonly openStore?: OpenStore;
}

/** The composition root: `compose/` makes every object, and each gets exactly what its type names. */
export async function createMaster(
  config: MasterConfig,
  logger: Logger,
  { version, openStore = openSpool }: MasterBuild,
): Promise<MasterApp> {
  const stopping = new AbortController();
  const storage = await openStorage({ config, logger, openStore, stopping: stopping.signal });
  const { hub } = storage;
  const fleet = createFleet({ config, logger, hub, masterUrl: () => urlOf(server, config) });
  const port = () => portOf(server);
  const bundles = await openSharing({ config, logger });
  const work = createWork({ config, logger, version, storage, fleet, bundles, port });
  const webhooks = createWebhooks({ config, logger, version, storage });
  const uploads = await createUploads({ config, storage, logger });
  const buildings = { storage, fleet, work, webhooks, uploads };
  const server = createHttpServer(config, routesOf({ config, logger, version, ...buildings }));
  serveUpgrades(server, TUNNEL_PROTOCOL);
  return {
    server,
    start: () => start({ logger, ...buildings }),
    stop: (drained) => stop({ server, stopping, ...buildings }, drained),
  };
}

interface Buildings {
  readonly storage: Storage;
  readonly fleet: Fleet;
  readonly work: Work;
  readonly webhooks: WebhookDeliveries;
  readonly uploads: ResumableUploads;
}

interface RoutesInit extends Buildings {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly version: string;
}

function routesOf({ config, logger, version, storage, fleet, work, webhooks, uploads }: RoutesInit) {
  const { jobs, hub, store, disk, results } = storage;
  const { registry, slaveHttp } = fleet;
  const { outage, queue, counts, runner, speculation, saved, masters, dispatcher, capacity } = work;
  const { waiters, requests, intake } = createReception({ config, storage, runner, capacity, logger });
  const folders = { data: config.dataDir, results: config.resultsDir };
  const leases = () => dispatcher.leases;
  return masterRoutes(express(), {
    config,
    logger,
    about: { version, startedAt: Date.now() },
    jobs,
    outage,
    hub,
    store,
    disk,
    results,
    ...fleet,
    ...{ masters, queue, capacity },
    runner,
    waiters,
    requests,
    intake,
    uploads,
    speculation,
    saved,
    timeline: new TimelineReader({ timeline: jobs.timeline, recorder: work.recorder }),
    metrics: new MasterMetrics({
      version,
      jobs,
      hub,
      queue,
      counts,
      registry,
      speculation,
      leases,
      capacity,
      folders,
      webhooks: webhooks.counts,
      slaveTraffic: () => slaveHttp.traffic,
    }),
  });
}

/** Clears the results folder of incomplete files, runs on the jobs of the last master, and hands out work. */
async function start({
  logger,
  storage,
  fleet,
  work,
  webhooks,
  uploads,
}: Buildings & Pick<RoutesInit, "logger">): Promise<void> {
  const { jobs, results, resultWriter } = storage;
  await results.sweep();
  work.recorder.start();
  work.dispatcher.start();
  const resume = async () => {
    const resumed = await (work.membership?.start() ?? work.runner.resume());
    if (resumed > 0) {
      logger.info({ jobs: resumed }, "unfinished jobs go on");
      work.suspects.masterWasEnded();
    }
    const isOwn = (job: JobRecord) => jobs.masters?.isOfThisPlace(job) ?? true;
    const { lost } = await restoreRecentJobs(jobs, resultWriter, isOwn);
    if (lost.length > 0)
      logger.warn(
        { jobs: lost },
        "results of ended jobs are neither in RESULTS_DIR nor in DATA_DIR any more",
      );
  };
  await Promise.all([fleet.localSlaves.resume(), resume()]);
  work.retention.start();
  uploads.expiry.start();
  await webhooks.start();
}

interface StopDeps extends Buildings {
  readonly server: Server;
  readonly stopping: AbortController;
}

/** Stops each object before those that it uses, so that running work finds all that it needs. */
async function stop(
  { server, stopping, storage, fleet, work, webhooks, uploads }: StopDeps,
  drained: AbortSignal,
): Promise<void> {
  await work.dispatcher.stop(drained);
  // Before the store and the record give up: what requests brought of uploads is stored.
  await uploads.uploads.stop();
  const localEnd = fleet.localSlaves.stop();
  fleet.registry.stop();
  const runsEnd = work.runner.stop();
  stopping.abort();
  await Promise.all([runsEnd, localEnd, work.retention.stop(), uploads.expiry.stop()]);
  await work.membership?.leave();
  await webhooks.stop();
  await work.recorder.stop();
  server.closeAllConnections();
  fleet.slaveHttp.close();
  fleet.tunnels.close();
  for (const port of [work.queue, storage.jobs, storage.store]) await port.close();
}

/** Where slaves on this machine reach the master. */
function urlOf(server: Server, { host, tls }: MasterConfig): string {
  const port = portOf(server);
  const near = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return serviceUrl({ host: near, port, tls });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
