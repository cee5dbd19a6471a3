import express, { type Express, type RequestHandler } from "express";
import type { CheckStatusAnswer } from "../../shared/contract/fleet.ts";
import { AppError } from "../../shared/errors.ts";
import { Door } from "../../shared/http/door.ts";
import { browserGuard } from "../../shared/http/hosts.ts";
import { answerJson } from "../../shared/http/json.ts";
import { problemHandler } from "../../shared/http/problem.ts";
import { slowGuesses, WrongTokens } from "../../shared/http/wrongTokens.ts";
import type { Logger } from "../../shared/logger.ts";
import type { SlaveConfig } from "../config.ts";
import type { SlaveMetrics } from "../metrics.ts";
import { slaveHome } from "./page.ts";

export interface HttpDeps {
  readonly config: Pick<
    SlaveConfig,
    "token" | "classicMasters" | "name" | "masterUrls" | "host" | "announced" | "allowedHosts" | "trustProxy"
  >;
  readonly status: () => CheckStatusAnswer;
  readonly metrics: Pick<SlaveMetrics, "text" | "contentType">;
  readonly getTask: RequestHandler;
  /** Called for each request that a master may make. */
  readonly onPolled: () => void;
  /** Called when a master asks this slave to finish its units and to end. */
  readonly onDismiss: () => void;
  readonly log: Logger;
}

/** The slave's routes: `GET /`, `GET /check_status`, `GET /metrics`, `POST /get_task`, `POST /drain`. */
export function createHttp(deps: HttpDeps): Express {
  const { config, status, metrics, getTask, onPolled, onDismiss, log } = deps;
  const { token, classicMasters: addresses, trustProxy } = config;
  const app = express().disable("x-powered-by").disable("etag").set("trust proxy", trustProxy);
  const tokens = token === undefined ? [] : [{ name: "fleet", token }];
  const options = { tokens, addresses, log, wrongTokens: new WrongTokens() };
  const door = new Door(options);
  const forMasters: RequestHandler = (req, _res, next) => {
    door.admit(req);
    onPolled();
    next();
  };
  app.use(browserGuard({ ...config, hasToken: token !== undefined }));
  app.get("/", slaveHome({ config, status, door: options }));
  app.get("/check_status", (req, res) => {
    const isMaster = door.knows(req);
    if (isMaster) onPolled();
    // Strangers learn that the slave is alive, and nothing more.
    answerJson(res, isMaster ? status() : ({ status: "alive" } satisfies CheckStatusAnswer));
  });
  app.get("/metrics", async (req, res) => {
    door.admit(req);
    res.type(metrics.contentType).send(await metrics.text());
  });
  app.post("/get_task", forMasters, getTask);
  app.post("/drain", forMasters, (_req, res) => {
    answerJson(res.status(202), { status: "draining" });
    onDismiss();
  });
  app.use((req) => {
    throw new AppError("not_found", `There is no ${req.method} ${req.path} here.`, { status: 404 });
  });
  app.use(slowGuesses(), problemHandler(log));
  return app;
}
