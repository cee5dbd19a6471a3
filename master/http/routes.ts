import express, { type Express, Router } from "express";
import { AppError } from "../../shared/errors.ts";
import { browserGuard } from "../../shared/http/hosts.ts";
import { problemHandler } from "../../shared/http/problem.ts";
import type { JobStore } from "../../shared/job/port.ts";
import type { Logger } from "../../shared/logger.ts";
import type { ByteStore } from "../../shared/store/port.ts";
import type { MasterConfig } from "../config.ts";
import type { DiskWatch } from "../disk.ts";
import { KeyedRequests } from "../pipeline/requests.ts";
import type { ResultsFolder } from "../pipeline/results.ts";
import { Waiters } from "../pipeline/waiters.ts";
import { type AboutParts, healthy, home, listTasks, ready, stats } from "./about.ts";
import { assignTask } from "./assign.ts";
import { Clients } from "./clients.ts";
import { listSlaves, registerSlave, showSlave } from "./fleet.ts";
import { createGuards } from "./guard.ts";
import { jobsRouter } from "./jobs.ts";
import { addSlaves, type LocalSlavesParts, removeSlave } from "./localSlaves.ts";
import { sendResult } from "./results.ts";

export interface RoutesParts extends AboutParts, LocalSlavesParts {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly store: ByteStore;
  readonly disk: DiskWatch;
  readonly jobs: JobStore;
  readonly results: ResultsFolder;
}

/** All that the master answers. Whoever has no token when one is needed sees `/`, `/healthz`, `/readyz`. */
export function masterRoutes(app: Express, parts: RoutesParts): Express {
  const { config, registry } = parts;
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("trust proxy", config.trustProxy);
  app.use(browserGuard({ ...config, hasToken: config.access.clientTokens.length > 0 }));
  const clients = new Clients(config.jobs);
  const guards = createGuards({ ...parts, ...config, clients });
  app.get("/healthz", healthy);
  app.get("/readyz", ready(registry));
  app.post(
    "/register",
    guards.fleet,
    express.json({ limit: "64kb" }),
    registerSlave(registry, config.pollSeconds),
  );
  const client = clientRoutes({ ...parts, clients });
  app.get("/", home(parts, guards.knowsClient));
  app.use("/api", guards.client, client, noRoute);
  app.use(guards.client, client, noRoute);
  app.use(problemHandler(parts.logger));
  return app;
}

/** What clients use, at `/` and at `/api`. */
function clientRoutes(parts: RoutesParts & { readonly clients: Clients }): Router {
  const { config, store } = parts;
  const router = Router();
  const { runner } = parts;
  const intake = {
    ...parts,
    sync: () => store.sync(),
    replaceNames: false,
    limits: config,
    idempotencySeconds: config.idempotencySeconds,
    waiters: new Waiters((job) => void runner.cancel(job, "The client left before its job was done.")),
  };
  const requests = new KeyedRequests(intake);
  const limits = {
    fileBytes: config.maxFileBytes,
    files: config.maxFiles,
    fieldBytes: 1024 * 1024,
    idleSeconds: config.uploadIdleSeconds,
  };
  router.post(
    "/assign_task",
    assignTask({
      ...intake,
      requests,
      upload: { store, limits, disk: parts.disk },
      noSlavesSeconds: config.noSlavesSeconds,
    }),
  );
  router.use("/jobs", jobsRouter({ ...intake, requests }));
  router.get(["/slaves", "/workers"], listSlaves(parts));
  router.post(["/slaves", "/workers"], express.json({ limit: "64kb" }), addSlaves(parts));
  router.get(["/slaves/:id", "/workers/:id"], showSlave(parts));
  router.delete(["/slaves/:id", "/workers/:id"], removeSlave(parts));
  router.get("/stats", stats(parts));
  router.get("/tasks", listTasks());
  router.get("/results/:task/:name", sendResult(parts));
  return router;
}

const ROUTES = [
  "/assign_task",
  "/register",
  "/jobs",
  "/slaves",
  "/stats",
  "/tasks",
  "/results/<task>/<name>",
];

const noRoute: express.RequestHandler = (req) => {
  const known = ROUTES.includes(req.path.replace(/^\/api/, ""));
  if (known) throw new AppError("method_not_allowed", `${req.method} is not possible here.`, { status: 405 });
  throw new AppError("not_found", "There is nothing at this address.", {
    status: 404,
    details: { routes: ROUTES },
  });
};
