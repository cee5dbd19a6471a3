import { availableParallelism, loadavg } from "node:os";
import express, { type Express, type RequestHandler } from "express";
import type { CheckStatusAnswer } from "../../shared/contract/fleet.ts";
import { AppError } from "../../shared/errors.ts";
import { Door } from "../../shared/http/door.ts";
import { browserGuard } from "../../shared/http/hosts.ts";
import { problemHandler } from "../../shared/http/problem.ts";
import type { Logger } from "../../shared/logger.ts";
import type { SlaveConfig } from "../config.ts";
import { getTask, type LeaseContext } from "./getTask.ts";

export interface HttpContext extends LeaseContext {
  readonly instance: string;
  readonly version: string;
  readonly config: Pick<
    SlaveConfig,
    "token" | "classicMasters" | "host" | "announced" | "allowedHosts" | "trustProxy" | "uploadIdleSeconds"
  >;
  /** Called when a master asks this slave to finish what it has and to end. */
  readonly onDismiss: () => void;
  readonly log: Logger;
}

/** The slave's routes: `GET /`, `GET /check_status`, `POST /get_task`, `POST /drain`. */
export function createHttp(context: HttpContext): Express {
  const { config, log } = context;
  const { token, classicMasters: addresses, trustProxy } = config;
  const app = express().disable("x-powered-by").disable("etag").set("trust proxy", trustProxy);
  const door = new Door({ tokens: token === undefined ? [] : [{ name: "fleet", token }], addresses, log });
  app.use(browserGuard({ ...config, hasToken: token !== undefined }));
  app.get("/", (_req, res) => {
    res.type("text/plain").send("Slave is working");
  });
  app.get("/check_status", checkStatus(context, door));
  app.post("/get_task", guard(context, door), getTask(context));
  app.post("/drain", guard(context, door), (_req, res) => {
    res.status(202).json({ status: "draining" });
    context.onDismiss();
  });
  app.use((req) => {
    throw new AppError("not_found", `There is no ${req.method} ${req.path} here.`, { status: 404 });
  });
  app.use(problemHandler(log));
  return app;
}

/** Strangers learn that it is alive and nothing more. */
function checkStatus(context: HttpContext, door: Door): RequestHandler {
  return (req, res) => {
    if (!door.knows(req)) {
      res.json({ status: "alive" } satisfies CheckStatusAnswer);
      return;
    }
    context.master.polled();
    res.json(statusOf(context));
  };
}

function statusOf({ pool, room, instance, version, draining }: HttpContext): CheckStatusAnswer {
  const { slots, busy, memory, workingOn } = pool.status();
  return {
    status: "alive",
    instance,
    version,
    slots,
    busy,
    waiting: Math.max(0, room.units - busy),
    draining: draining.aborted,
    cpu: (loadavg()[0] ?? 0) / availableParallelism(),
    memory: process.memoryUsage.rss() + memory,
    working_on: [...workingOn],
  };
}

function guard(context: HttpContext, door: Door): RequestHandler {
  return (req, _res, next) => {
    door.admit(req);
    context.master.polled();
    next();
  };
}
