import type { Request, RequestHandler } from "express";
import type { Stats } from "../../shared/contract/about.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { SpeculationBook } from "../dispatch/speculation.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import { fleetSummary } from "../fleet/summary.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { UnitQueue } from "../queue/port.ts";
import { landingPage, type MasterAbout, type PageDeps } from "./page.ts";
import { speculationView, taskView } from "./views.ts";

/** `GET /`: plain text as in the classic service; a browser that may see jobs gets a page. */
export function home(deps: PageDeps, isKnown: (req: Request) => boolean): RequestHandler {
  return (req, res) => {
    if (req.accepts(["text/plain", "text/html"]) !== "text/html" || !isKnown(req)) {
      res.type("text/plain").send("Master is working");
      return;
    }
    res.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    res.type("text/html").send(landingPage(deps, `${req.protocol}://${req.get("host") ?? ""}`));
  };
}

/** `GET /tasks` */
export function listTasks(): RequestHandler {
  return (_req, res) => void res.json({ tasks: TASKS.map(taskView) });
}

export interface StatsDeps {
  readonly about: MasterAbout;
  readonly registry: Pick<SlaveRegistry, "all">;
  readonly runner: Pick<JobRunner, "load">;
  readonly queue: Pick<UnitQueue, "size">;
  readonly speculation: Pick<SpeculationBook, "total">;
}

/** `GET /stats` */
export function showStats({ about, registry, runner, queue, speculation }: StatsDeps): RequestHandler {
  return (_req, res) => {
    const left = runner.load();
    const { waiting, leased, bytes } = queue.size();
    const stats: Stats = {
      version: about.version,
      uptime_seconds: Math.round((Date.now() - about.startedAt) / 1000),
      memory_bytes: process.memoryUsage.rss(),
      jobs: { running: left.jobs, files_left: left.files, bytes_left: left.bytes },
      speculation: speculationView(speculation.total),
      units: { waiting, leased, bytes_waiting: bytes },
      slaves: fleetSummary(registry.all()),
    };
    res.json(stats);
  };
}

/** `GET /healthz`: the process answers. */
export const healthy: RequestHandler = (_req, res) => void res.json({ status: "ok" });

/** `GET /readyz`: a slave can be given work. */
export function ready(registry: Pick<SlaveRegistry, "alive">): RequestHandler {
  return (_req, res) => {
    const alive = registry.alive().length;
    res.status(alive > 0 ? 200 : 503).json({ status: alive > 0 ? "ready" : "no_slaves", slaves: alive });
  };
}
