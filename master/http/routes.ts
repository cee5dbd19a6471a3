import express, { type Express } from "express";
import { browserGuard } from "../../shared/http/hosts.ts";
import { problemHandler } from "../../shared/http/problem.ts";
import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import { KeyedRequests } from "../jobs/requests.ts";
import { Waiters } from "../jobs/waiters.ts";
import type { MasterMetrics } from "../metrics.ts";
import type { ChangeHub } from "../record/hub.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { ByteStore } from "../store/port.ts";
import type { DiskSpace } from "../upkeep/diskSpace.ts";
import { type AboutDeps, healthy, home, listTasks, ready, showStats } from "./about.ts";
import { assignTask } from "./assign.ts";
import { Clients } from "./clients.ts";
import { showDescription, showDocs } from "./docs.ts";
import { jobEvents } from "./events.ts";
import { listSlaves, registerSlave, showSlave } from "./fleet.ts";
import { createGuards } from "./guard.ts";
import { listResults, showResult, zipResults } from "./jobResults.ts";
import { cancelJob, listJobs, showJob } from "./jobs.ts";
import { addSlaves, type LocalSlaveRoutesDeps, removeSlave } from "./localSlaves.ts";
import { showMetrics } from "./metrics.ts";
import { type Handlers, mount, noRoute } from "./mount.ts";
import { sendResult } from "./results.ts";
import { retry } from "./retry.ts";

export interface RoutesDeps extends AboutDeps, LocalSlaveRoutesDeps {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly store: ByteStore;
  readonly disk: DiskSpace;
  readonly jobs: RecordOfJobs;
  readonly hub: ChangeHub;
  readonly results: ResultsFolder;
  readonly metrics: MasterMetrics;
}

/** All that the master answers. Whoever has no token when one is needed sees `/`, `/healthz`, `/readyz`. */
export function masterRoutes(app: Express, deps: RoutesDeps): Express {
  const { config } = deps;
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("trust proxy", config.trustProxy);
  app.use(browserGuard({ ...config, hasToken: config.access.clientTokens.length > 0 }));
  const clients = new Clients(config.jobs);
  const guards = createGuards({ ...deps, ...config, clients });
  const doorway = { guards, metrics: deps.metrics };
  mount(app, { ...handlers({ ...deps, clients }), "GET /": home(deps, guards.knowsClient) }, doorway);
  app.use(guards.client, noRoute);
  app.use(problemHandler(deps.logger));
  return app;
}

function handlers(deps: RoutesDeps & { readonly clients: Clients }): Omit<Handlers, "GET /"> {
  const { config, registry } = deps;
  const smallJson = express.json({ limit: "64kb" });
  const jobs = jobsParts(deps);
  return {
    "POST /assign_task": assignTask({ ...jobs, registry, noSlavesSeconds: config.noSlavesSeconds }),
    "GET /jobs": listJobs(jobs),
    "GET /jobs/{id}": showJob(jobs),
    "DELETE /jobs/{id}": cancelJob(jobs),
    "POST /jobs/{id}/retry": [smallJson, retry(jobs)],
    "GET /jobs/{id}/events": jobEvents({ ...jobs, hub: deps.hub }),
    "GET /jobs/{id}/results": listResults(jobs),
    "GET /jobs/{id}/results.zip": zipResults(jobs),
    "GET /jobs/{id}/results/{name}": showResult(jobs),
    "GET /results/{task}/{name}": sendResult(deps),
    "POST /register": [smallJson, registerSlave(registry, config.pollSeconds)],
    "GET /slaves": listSlaves(deps),
    "POST /slaves": [smallJson, addSlaves(deps)],
    "GET /slaves/{id}": showSlave(deps),
    "DELETE /slaves/{id}": removeSlave(deps),
    "GET /healthz": healthy,
    "GET /readyz": ready(registry),
    "GET /stats": showStats(deps),
    "GET /tasks": listTasks(),
    "GET /metrics": showMetrics(deps.metrics),
    "GET /openapi.json": showDescription(deps.version),
    "GET /docs": showDocs(deps.version),
  };
}

function jobsParts(deps: RoutesDeps & { readonly clients: Clients }) {
  const { config, store, runner, disk } = deps;
  const intake = {
    ...deps,
    sync: () => store.flush(),
    syncAll: () => store.flushAll(),
    replaceNames: false,
    limits: config,
    idempotencySeconds: config.idempotencySeconds,
    waiters: new Waiters((job) => void runner.cancel(job, "The client left before its job was done.")),
  };
  const limits = {
    fileBytes: config.maxFileBytes,
    files: config.maxFiles,
    fieldBytes: 1024 * 1024,
    idleSeconds: config.uploadIdleSeconds,
  };
  return { ...intake, requests: new KeyedRequests(intake), upload: { store, limits, disk } };
}
