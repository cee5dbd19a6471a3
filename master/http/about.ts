import { networkInterfaces } from "node:os";
import type { RequestHandler } from "express";
import type { Readiness, Stats, VersionView } from "../../shared/contract/about.ts";
import type { AppError } from "../../shared/errors.ts";
import { answerJson } from "../../shared/http/json.ts";
import { VERSION } from "../../shared/version.ts";
import type { SpeculationBook } from "../dispatch/speculation.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import { fleetSummary } from "../fleet/summary.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { SavedWork } from "../jobs/savedWork.ts";
import type { UnitQueue } from "../queue/port.ts";
import type { ByteStore } from "../store/port.ts";
import { type Listening, originsOf } from "./origins.ts";
import type { TellingMasters } from "./otherMasters.ts";
import { speculationView } from "./views.ts";

/** This process of the master. */
export interface MasterAbout {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** `GET /` of a program: plain text as in the classic service, without a token. */
export const home: RequestHandler = (_req, res) => {
  res.type("text/plain").send("Master is working");
};

/** Browsers ask for it by themselves: a 401 each time would fill the log. */
export const noIcon: RequestHandler = (_req, res) => {
  res.status(204).set("Cache-Control", "max-age=86400").end();
};

export interface StatsDeps {
  readonly about: MasterAbout;
  readonly listening: Omit<Listening, "port">;
  readonly registry: Pick<SlaveRegistry, "all">;
  readonly runner: Pick<JobRunner, "load">;
  readonly queue: Pick<UnitQueue, "size">;
  readonly speculation: Pick<SpeculationBook, "total">;
  readonly saved: Pick<SavedWork, "total">;
  readonly masters: Pick<TellingMasters, "views">;
}

/** `GET /stats` */
export function showStats({
  about,
  listening,
  registry,
  runner,
  queue,
  speculation,
  saved,
  masters,
}: StatsDeps): RequestHandler {
  return (req, res) => {
    const left = runner.load();
    const { waiting, leased, bytes } = queue.size();
    const port = req.socket.localPort ?? 0;
    const { files, seconds } = saved.total;
    const sharing = masters.views();
    const stats: Stats = {
      version: about.version,
      uptime_seconds: Math.round((Date.now() - about.startedAt) / 1000),
      origins: originsOf({ ...listening, port }, networkInterfaces()),
      memory_bytes: process.memoryUsage.rss(),
      jobs: { running: left.jobs, files_left: left.files, bytes_left: left.bytes },
      speculation: speculationView(speculation.total),
      cache: { files, seconds: Math.round(seconds * 1000) / 1000 },
      units: { waiting, leased, bytes_waiting: bytes },
      slaves: fleetSummary(registry.all()),
      ...(sharing === undefined ? {} : { masters: sharing }),
    };
    answerJson(res, stats);
  };
}

/** What clients of Tika are told: they look for its name. */
export const TIKA_VERSION = `Apache Tika 3 dialect of manyhands ${VERSION}`;

/** `GET /version`; as text for clients of Tika, which ask for that. */
export function showVersion({ version, startedAt }: MasterAbout): RequestHandler {
  const view: VersionView = {
    name: "manyhands",
    version,
    node: process.version.slice(1),
    started_at: new Date(startedAt).toISOString(),
  };
  return (req, res) => {
    if (req.accepts(["json", "text/plain"]) === "text/plain") res.type("text/plain").send(TIKA_VERSION);
    else answerJson(res, view);
  };
}

/** `GET /healthz`, `GET /livez`: the process answers. */
export const healthy: RequestHandler = (_req, res) => answerJson(res, { status: "ok" });

export interface ReadyDeps {
  readonly registry: Pick<SlaveRegistry, "alive">;
  readonly masters: Pick<TellingMasters, "elsewhere">;
  readonly store: Pick<ByteStore, "trouble">;
  /** Why jobs cannot be recorded or shared now; undefined while they can. */
  readonly outage: () => AppError | undefined;
}

/** `GET /readyz`: new work is accepted, and a slave can be given it. */
export function ready({ registry, masters, store, outage }: ReadyDeps): RequestHandler {
  return (_req, res) => {
    const slaves = registry.alive().length + masters.elsewhere().slaves.length;
    const { trouble } = store;
    const away = outage();
    const engine = away?.code === "queue_unavailable" ? "queue" : "database";
    const view: Readiness = {
      status: slaves > 0 ? "ready" : "no_slaves",
      slaves,
      ...(trouble && { status: "store_away", store: { code: trouble.code, message: trouble.message } }),
      ...(away && { status: `${engine}_away`, [engine]: { code: away.code, message: away.message } }),
    };
    answerJson(res.status(view.status === "ready" ? 200 : 503), view);
  };
}
