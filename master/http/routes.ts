import express, { type Express } from "express";
import type { AppError } from "../../shared/errors.ts";
import { browserGuard } from "../../shared/http/hosts.ts";
import type { MultipartLimits } from "../../shared/http/multipart.ts";
import { problemHandler } from "../../shared/http/problem.ts";
import { slowGuesses } from "../../shared/http/wrongTokens.ts";
import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import type { SpeculationBook } from "../dispatch/speculation.ts";
import type { LocalSlaves } from "../fleet/localSlaves.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { Tunnels } from "../fleet/tunnels.ts";
import type { ChangeHub } from "../hub.ts";
import type { CapacityDeps } from "../jobs/capacity.ts";
import type { IntakeDeps } from "../jobs/intake.ts";
import type { KeyedRequests } from "../jobs/requests.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { SavedWork } from "../jobs/savedWork.ts";
import type { Waiters } from "../jobs/waiters.ts";
import type { SlaveHttp } from "../lease/client.ts";
import type { MasterMetrics } from "../metrics/metrics.ts";
import type { UnitQueue } from "../queue/port.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { ResultsFolder } from "../results/results.ts";
import type { ByteStore } from "../store/port.ts";
import type { TimelineReader } from "../timeline/reader.ts";
import type { DiskSpace } from "../upkeep/diskSpace.ts";
import type { JobUploadsDeps } from "../uploads/jobUploads.ts";
import type { Uploads } from "../uploads/uploads.ts";
import { healthy, home, type MasterAbout, noIcon, ready, showStats, showVersion } from "./about.ts";
import { assignTask } from "./assign.ts";
import { cancelJobs, deleteJobs, retryJobs } from "./bulk.ts";
import { showCapacity } from "./capacity.ts";
import { Clients } from "./clients.ts";
import { mountDashboard } from "./dashboard.ts";
import { showDescription, showDocs, showSchema } from "./docs.ts";
import { jobEvents } from "./events.ts";
import { listSlaves, registerSlave, showSlave, signOffSlave } from "./fleet.ts";
import { fleetEvents } from "./fleetEvents.ts";
import { createGuards, type Guards } from "./guard.ts";
import { resultsByInput } from "./inputResults.ts";
import { showInput } from "./jobInput.ts";
import { listResults, showResult, zipResults } from "./jobResults.ts";
import { cancelJob, listJobs, showJob } from "./jobs.ts";
import { sendResult } from "./keptResult.ts";
import { addSlaves, removeSlave } from "./localSlaves.ts";
import { showMetrics } from "./metrics.ts";
import { type Handlers, mount, noRoute } from "./mount.ts";
import type { TellingMasters } from "./otherMasters.ts";
import { retry } from "./retry.ts";
import { type SessionDeps, showSession, signIn, signOut } from "./session.ts";
import { Sessions } from "./sessions.ts";
import { checkSlave } from "./slaveCheck.ts";
import { showSlaveSpeed } from "./slaveSpeed.ts";
import { failuresTable, resultsTable } from "./tables.ts";
import { listTasks } from "./tasks.ts";
import { tikaRoutes } from "./tika/routes.ts";
import { showProfile, showTimeline } from "./timeline.ts";
import { openTunnel } from "./tunnel.ts";
import { uploadRoutes } from "./uploads/routes.ts";

/** Deps of all handlers. Each handler is given only what its own type names. */
export interface RoutesDeps {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly about: MasterAbout;
  readonly metrics: MasterMetrics;
  readonly jobs: RecordOfJobs;
  /** Why jobs cannot be recorded now; undefined while they can. */
  readonly outage: () => AppError | undefined;
  readonly hub: ChangeHub;
  readonly store: ByteStore;
  readonly disk: DiskSpace;
  readonly results: ResultsFolder;
  readonly runner: JobRunner;
  readonly waiters: Waiters;
  readonly requests: KeyedRequests;
  readonly intake: IntakeDeps;
  readonly uploads: { readonly uploads: Uploads; readonly ofJobs: JobUploadsDeps };
  readonly queue: UnitQueue;
  readonly capacity: CapacityDeps;
  readonly speculation: SpeculationBook;
  readonly saved: SavedWork;
  readonly timeline: TimelineReader;
  readonly registry: SlaveRegistry;
  readonly masters: TellingMasters;
  readonly tunnels: Tunnels;
  readonly localSlaves: LocalSlaves;
  readonly slaveHttp: SlaveHttp;
}

/** Mounts all routes of the master. A client without the token that is needed gets only what `openapi/` calls open. */
export function masterRoutes(app: Express, deps: RoutesDeps): Express {
  const { config, logger, metrics } = deps;
  const { access, classicSlaves, host, allowedHosts } = config;
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("trust proxy", config.trustProxy);
  const hasToken = access.clientTokens.length > 0;
  app.use(browserGuard({ host, allowedHosts, hasToken }));
  app.get("/favicon.ico", noIcon);
  mountDashboard(app);
  const clients = new Clients(config.jobs);
  const sessions = new Sessions();
  const guards = createGuards({ access, classicSlaves, allowedHosts, clients, sessions, logger });
  const handlers: Handlers = {
    "GET /": home,
    ...uploadHandlers(deps, clients),
    ...uploadRoutes({ uploads: deps.uploads.uploads, upload: waitingUpload(deps).upload, clients }),
    ...jobHandlers(deps, clients),
    ...resultHandlers(deps, clients),
    ...fleetHandlers(deps, guards, clients),
    ...aboutHandlers(deps),
    ...timelineHandlers(deps, clients),
    ...sessionHandlers({ sessions, guards, required: hasToken }),
  };
  mount(app, handlers, { guards, metrics });
  app.use(guards.client, tikaRoutes({ ...waitingUpload(deps), ...deps, clients }));
  app.use(guards.client, noRoute);
  app.use(metrics.refusals(), slowGuesses(), problemHandler(logger));
  return app;
}

function uploadLimits({ maxFileBytes, maxFiles, uploadIdleSeconds }: MasterConfig): MultipartLimits {
  const idleSeconds = uploadIdleSeconds;
  return { fileBytes: maxFileBytes, files: maxFiles, fieldBytes: 1024 * 1024, idleSeconds };
}

const smallJson = () => express.json({ limit: "64kb" });

/** What a request needs that sends files and waits for their job. */
function waitingUpload({ config, store, disk, outage, runner, waiters, registry, masters }: RoutesDeps) {
  const limits = uploadLimits(config);
  const webhooks = config.webhookKeys.length > 0 ? "on" : "off";
  return {
    upload: { store, limits, disk, outage, webhooks },
    waiting: {
      waiters,
      runner,
      registry: masters.reached(registry),
      noSlavesSeconds: config.noSlavesSeconds,
    },
  } as const;
}

function uploadHandlers(deps: RoutesDeps, clients: Clients) {
  const { jobs, store, results, requests, intake } = deps;
  const { upload, waiting } = waitingUpload(deps);
  const answers = { jobs, store, results };
  const again = { jobs, store, intake };
  const named = { jobs, store, clients };
  const uploads = { ...deps.uploads, clients };
  const assign = { upload, uploads, intake, answers, requests, jobs, clients, named, waiting };
  return {
    "POST /assign_task": assignTask(assign),
    "POST /jobs/{id}/retry": [smallJson(), retry({ retry: again, answers, requests, jobs, clients })],
    "POST /jobs/retry": [smallJson(), retryJobs({ retry: again, requests, jobs, clients })],
  } satisfies Partial<Handlers>;
}

function jobHandlers({ jobs, hub, store, results, runner }: RoutesDeps, clients: Clients) {
  const purge = { jobs, store, results };
  return {
    "POST /jobs/cancel": [smallJson(), cancelJobs({ jobs, clients, runner })],
    "POST /jobs/delete": [smallJson(), deleteJobs({ jobs, clients, purge })],
    "GET /jobs": listJobs({ jobs, clients, runner, results }),
    "GET /jobs/{id}": showJob({ jobs, clients, runner, results }),
    "DELETE /jobs/{id}": cancelJob({ jobs, clients, runner, results, purge }),
    "GET /jobs/{id}/events": jobEvents({ jobs, hub, clients, runner, results }),
  } satisfies Partial<Handlers>;
}

function resultHandlers({ jobs, store, results }: RoutesDeps, clients: Clients) {
  return {
    "GET /jobs/{id}/files/{index}/input": showInput({ jobs, clients, store }),
    "GET /jobs/{id}/results": listResults({ jobs, clients, results }),
    "GET /jobs/{id}/results.csv": resultsTable({ jobs, clients, store, results }),
    "GET /jobs/{id}/failures.csv": failuresTable({ jobs, clients, results }),
    "GET /jobs/{id}/results.zip": zipResults({ jobs, clients, store }),
    "GET /jobs/{id}/results/{name}": showResult({ jobs, clients, store }),
    "GET /results/by-input/{sha256}": resultsByInput({ jobs, clients, results }),
    "GET /results/{task}/{name}": sendResult({ jobs, clients, store, results }),
  } satisfies Partial<Handlers>;
}

function fleetHandlers(deps: RoutesDeps, { showedFleetToken: showedToken }: Guards, clients: Clients) {
  const { config, registry, hub, localSlaves, slaveHttp, jobs, runner, results, capacity, masters } = deps;
  const eventsDeps = { jobs, hub, runner, results, registry, capacity, masters };
  const { jobs: sight, pollSeconds } = config;
  return {
    "POST /register": [smallJson(), registerSlave({ registry, pollSeconds, showedToken })],
    "GET /events": fleetEvents({ ...eventsDeps, clients, sight }),
    "POST /slaves/check": [smallJson(), checkSlave(slaveHttp)],
    "GET /tunnel": openTunnel({ tunnels: deps.tunnels, maxSlaves: config.maxSlaves }),
    "POST /sign_off": [smallJson(), signOffSlave(registry)],
    "GET /slaves": listSlaves({ registry, masters, sight }),
    "POST /slaves": [smallJson(), addSlaves({ registry, hub, localSlaves, sight })],
    "GET /slaves/{id}": showSlave({ registry, masters, sight }),
    "GET /slaves/{id}/speed": showSlaveSpeed({ registry, masters, sight, reader: deps.timeline }),
    "DELETE /slaves/{id}": removeSlave({ registry, localSlaves, slaveHttp, jobs, masters, sight }),
  } satisfies Partial<Handlers>;
}

function sessionHandlers(deps: SessionDeps) {
  return {
    "POST /session": [smallJson(), signIn(deps)],
    "GET /session": showSession(deps),
    "DELETE /session": signOut(deps),
  } satisfies Partial<Handlers>;
}

function timelineHandlers({ timeline: reader, jobs }: RoutesDeps, clients: Clients) {
  const deps = { reader, jobs, clients };
  return {
    "GET /timeline": showTimeline(deps),
    "GET /timeline.csv": showProfile(deps),
  } satisfies Partial<Handlers>;
}

function aboutHandlers(deps: RoutesDeps) {
  const listening = { host: deps.config.host, isTls: deps.config.tls !== undefined };
  const {
    about,
    config,
    disk,
    store,
    outage,
    registry,
    runner,
    queue,
    speculation,
    saved,
    metrics,
    capacity,
    masters,
  } = deps;
  return {
    "GET /healthz": healthy,
    "GET /livez": healthy,
    "GET /version": showVersion(about),
    "GET /capacity": showCapacity(capacity),
    "GET /readyz": ready({ registry, masters, store, outage }),
    "GET /stats": showStats({ about, listening, registry, runner, queue, speculation, saved, masters }),
    "GET /tasks": listTasks({ limits: uploadLimits(config), disk, registry }),
    "GET /metrics": showMetrics(metrics),
    "GET /openapi.json": showDescription(about.version),
    "GET /docs": showDocs(about.version),
    "GET /schemas/{name}.json": showSchema,
  } satisfies Partial<Handlers>;
}
