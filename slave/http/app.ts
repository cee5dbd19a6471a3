import { availableParallelism, loadavg } from "node:os";
import express, { type Express, type Request, type RequestHandler } from "express";
import type { CheckStatusAnswer } from "../../shared/contract/fleet.ts";
import { AppError } from "../../shared/errors.ts";
import { problemHandler } from "../../shared/http/problem.ts";
import { bearsToken, peerAddress } from "../../shared/http/token.ts";
import type { Logger } from "../../shared/logger.ts";
import { getTask, type LeaseContext } from "./getTask.ts";

export interface HttpContext extends LeaseContext {
  readonly instance: string;
  readonly version: string;
  readonly token: string | undefined;
  /** Addresses that need no token. */
  readonly classicMasters: readonly string[];
  /** Called whenever a master asks for something. */
  readonly onPoll: () => void;
  /** Called when a master asks this slave to finish what it has and to end. */
  readonly onDismiss: () => void;
  readonly log: Logger;
}

/** The slave's routes: `GET /`, `GET /check_status`, `POST /get_task`, `POST /drain`. */
export function createHttp(context: HttpContext): Express {
  const app = express().disable("x-powered-by").disable("etag");
  app.get("/", (_req, res) => {
    res.type("text/plain").send("Slave is working");
  });
  app.get("/check_status", checkStatus(context));
  app.post("/get_task", guard(context), getTask(context));
  app.post("/drain", guard(context), (_req, res) => {
    res.status(202).json({ status: "draining" });
    context.onDismiss();
  });
  app.use((req) => {
    throw new AppError("not_found", `There is no ${req.method} ${req.path} here.`, { status: 404 });
  });
  app.use(problemHandler(context.log));
  return app;
}

function checkStatus(context: HttpContext): RequestHandler {
  return (req, res) => {
    if (!isKnown(context, req)) {
      res.json({ status: "alive" } satisfies CheckStatusAnswer);
      return;
    }
    context.onPoll();
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

function guard(context: HttpContext): RequestHandler {
  return (req, _res, next) => {
    if (!isKnown(context, req))
      throw new AppError("unauthorized", "A valid token is needed: Authorization: Bearer <token>.", {
        status: 401,
      });
    context.onPoll();
    next();
  };
}

function isKnown({ token, classicMasters }: HttpContext, req: Request): boolean {
  if (token === undefined || bearsToken(req, [token])) return true;
  return classicMasters.includes(peerAddress(req));
}
