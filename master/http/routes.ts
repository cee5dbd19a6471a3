import express, { type Express } from "express";
import { browserGuard } from "../../shared/http/hosts.ts";
import { problemHandler } from "../../shared/http/problem.ts";
import type { JobStore } from "../../shared/job/port.ts";
import type { Logger } from "../../shared/logger.ts";
import type { ByteStore } from "../../shared/store/port.ts";
import type { MasterConfig } from "../config.ts";
import type { DiskWatch } from "../disk.ts";
import type { MasterMetrics } from "../metrics.ts";
import { KeyedRequests } from "../pipeline/requests.ts";
import type { ResultsFolder } from "../pipeline/results.ts";
import { Waiters } from "../pipeline/waiters.ts";
import { type AboutParts, healthy, home, listTasks, ready, showStats } from "./about.ts";
import { assignTask } from "./assign.ts";
import { Clients } from "./clients.ts";
import { showDescription, showDocs } from "./docs.ts";
import { jobEvents } from "./events.ts";
import { listSlaves, registerSlave, showSlave } from "./fleet.ts";
import { createGuards } from "./guard.ts";
import { listResults, showResult, zipResults } from "./jobResults.ts";
import { cancelJob, listJobs, showJob } from "./jobs.ts";
import { addSlaves, type LocalSlavesParts, removeSlave } from "./localSlaves.ts";
import { showMetrics } from "./metrics.ts";
import { type Handlers, mount, noRoute } from "./mount.ts";
import { sendResult } from "./results.ts";
import { retry } from "./retry.ts";

export interface RoutesParts extends AboutParts, LocalSlavesParts {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly store: ByteStore;
  readonly disk: DiskWatch;
  readonly jobs: JobStore;
  readonly results: ResultsFolder;
  readonly metrics: MasterMetrics;
}

/** All that the master answers. Whoever has no token when one is needed sees `/`, `/healthz`, `/readyz`. */
export function masterRoutes(app: Express, parts: RoutesParts): Express {
  const { config } = parts;
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("trust proxy", config.trustProxy);
  app.use(browserGuard({ ...config, hasToken: config.access.clientTokens.length > 0 }));
  const clients = new Clients(config.jobs);
  const guards = createGuards({ ...parts, ...config, clients });
  const doorway = { guards, metrics: parts.metrics };
  mount(app, { ...handlers({ ...parts, clients }), "GET /": home(parts, guards.knowsClient) }, doorway);
  app.use(guards.client, noRoute);
  app.use(problemHandler(parts.logger));
  return app;
}

function handlers(parts: RoutesParts & { readonly clients: Clients }): Omit<Handlers, "GET /"> {
  const { config, registry } = parts;
  const smallJson = express.json({ limit: "64kb" });
  const jobs = jobsParts(parts);
  return {
    "POST /assign_task": assignTask({ ...jobs, registry, noSlavesSeconds: config.noSlavesSeconds }),
    "GET /jobs": listJobs(jobs),
    "GET /jobs/{id}": showJob(jobs),
    "DELETE /jobs/{id}": cancelJob(jobs),
    "POST /jobs/{id}/retry": [smallJson, retry(jobs)],
    "GET /jobs/{id}/events": jobEvents(jobs),
    "GET /jobs/{id}/results": listResults(jobs),
    "GET /jobs/{id}/results.zip": zipResults(jobs),
    "GET /jobs/{id}/results/{name}": showResult(jobs),
    "GET /results/{task}/{name}": sendResult(parts),
    "POST /register": [smallJson, registerSlave(registry, config.pollSeconds)],
    "GET /slaves": listSlaves(parts),
    "POST /slaves": [smallJson, addSlaves(parts)],
    "GET /slaves/{id}": showSlave(parts),
    "DELETE /slaves/{id}": removeSlave(parts),
    "GET /healthz": healthy,
    "GET /readyz": ready(registry),
    "GET /stats": showStats(parts),
    "GET /tasks": listTasks(),
    "GET /metrics": showMetrics(parts.metrics),
    "GET /openapi.json": showDescription(parts.version),
    "GET /docs": showDocs(parts.version),
  };
}

function jobsParts(parts: RoutesParts & { readonly clients: Clients }) {
  const { config, store, runner, disk } = parts;
  const intake = {
    ...parts,
    sync: () => store.sync(),
    syncAll: () => store.syncAll(),
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
