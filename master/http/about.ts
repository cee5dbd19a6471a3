import type { Request, RequestHandler } from "express";
import type { Stats } from "../../shared/contract/about.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { SpeculationBook } from "../dispatch/speculation.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { UnitQueue } from "../queue/port.ts";
import { landingPage, type PageDeps } from "./page.ts";
import { speculationView, taskView } from "./views.ts";

export interface AboutDeps extends PageDeps {
  readonly queue: UnitQueue;
  readonly speculation: Pick<SpeculationBook, "total">;
  readonly startedAt: number;
}

/** `GET /`: plain text as the old service had it; a browser gets a page, unless it lacks the token that is needed. */
export function home(deps: AboutDeps, isKnown: (req: Request) => boolean): RequestHandler {
  return (req, res) => {
    if (req.accepts(["text/plain", "text/html"]) !== "text/html" || !isKnown(req)) {
      res.type("text/plain").send("Master is working");
      return;
    }
    res.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    res.type("text/html").send(landingPage(deps, `${req.protocol}://${req.get("host") ?? ""}`));
  };
}

export function listTasks(): RequestHandler {
  return (_req, res) => void res.json({ tasks: TASKS.map(taskView) });
}

export function showStats(deps: AboutDeps): RequestHandler {
  return (_req, res) => {
    const slaves = deps.registry.all();
    const alive = slaves.filter((slave) => slave.state === "alive");
    const left = deps.runner.load();
    const queue = deps.queue.size();
    const stats: Stats = {
      version: deps.version,
      uptime_seconds: Math.round((Date.now() - deps.startedAt) / 1000),
      memory_bytes: process.memoryUsage.rss(),
      jobs: { running: left.jobs, files_left: left.files, bytes_left: left.bytes },
      speculation: speculationView(deps.speculation.total),
      units: { waiting: queue.waiting, leased: queue.leased, bytes_waiting: queue.bytes },
      slaves: {
        total: slaves.length,
        alive: alive.length,
        slots: alive.reduce((sum, slave) => sum + slave.slots, 0),
        busy: alive.reduce((sum, slave) => sum + Math.min(slave.assigned, slave.slots), 0),
        done: slaves.reduce((sum, slave) => sum + slave.done, 0),
        failed: slaves.reduce((sum, slave) => sum + slave.failed, 0),
      },
    };
    res.json(stats);
  };
}

/** `GET /healthz`: the process answers. */
export const healthy: RequestHandler = (_req, res) => void res.json({ status: "ok" });

/** `GET /readyz`: there is somebody to do the work. */
export function ready(registry: SlaveRegistry): RequestHandler {
  return (_req, res) => {
    const alive = registry.alive().length;
    res.status(alive > 0 ? 200 : 503).json({ status: alive > 0 ? "ready" : "no_slaves", slaves: alive });
  };
}
