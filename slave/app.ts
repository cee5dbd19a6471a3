import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { rm } from "node:fs/promises";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isLoopback } from "../shared/access.ts";
import { ConfigError } from "../shared/errors.ts";
import { listenOn } from "../shared/http/listen.ts";
import { createHttpServer } from "../shared/http/server.ts";
import type { Logger } from "../shared/logger.ts";
import type { TaskDefinition } from "../shared/tasks/task.ts";
import type { SlaveConfig } from "./config.ts";
import { ownFolder } from "./folder.ts";
import { Handover } from "./handover.ts";
import { createHttp } from "./http/app.ts";
import { Room } from "./http/room.ts";
import { unitBudgets } from "./http/units.ts";
import { handedBack } from "./pool/endings.ts";
import { Pool } from "./pool/pool.ts";
import { Registration } from "./registration.ts";

export interface SlaveDeps {
  readonly tasks: readonly TaskDefinition[];
  /** URL of the module whose `taskNamed` gives the same tasks to the children. */
  readonly registry: string;
  readonly version: string;
  readonly log: Logger;
}

export interface RunningSlave {
  readonly url: string;
  readonly port: number;
  /** Aborted when a master asks it to go: `stop` is to be called, and the process to end. */
  readonly dismissed: AbortSignal;
  /** Drains, then ends: what runs may finish within the limit, what waits is handed back. */
  stop(): Promise<void>;
  /** Ends the drain early: what runs is handed back, too. */
  stopNow(): void;
}

/** How long handed back units may take to reach the master. */
const LAST_WORDS_MS = 2_000;

/**
 * Builds a slave and starts it: it listens first, then makes its folder, its children, and itself known.
 * @throws AppError `port_in_use`, `cannot_listen`, `bad_folder`, `disk_full`; ConfigError
 */
export async function startSlave(config: SlaveConfig, deps: SlaveDeps): Promise<RunningSlave> {
  const tasks = tasksOf(config, deps.tasks);
  const { server, port, answerWith } = await listen(config);
  const folder = await ownFolder(config.dataDir, config.host, port);
  const handover = config.handover ? await Handover.open(join(folder, "handover")) : undefined;
  const pool = createPool(config, deps, join(folder, "children"));
  const room = new Room(config);
  const draining = new AbortController();
  const stopped = new AbortController();
  // Every unit listens to them.
  setMaxListeners(0, draining.signal, stopped.signal);
  const instance = randomUUID();
  const { name, slots, version, log } = { ...config, ...deps };
  const about = { slave_port: port, name, version, instance, slots, ...offers(config, tasks, handover) };
  const dismissed = new AbortController();
  const announced = config.announced ?? specificAddress(server);
  const registration = new Registration({ ...config, announced, about, log });
  answerWith(
    createHttp({
      ...{ config, tasks, pool, room, handover, instance, version, log, limits: limitsOf(config) },
      folder: join(folder, "leases"),
      smallBytes: config.smallFile,
      draining: draining.signal,
      stopped: stopped.signal,
      master: registration,
      onDismiss: () => dismissed.abort(),
    }),
  );
  warnOfUnreachable(config, log);
  registration.start();
  startPool(pool, tasks);
  const stopNow = () => stopped.abort(handedBack("The slave is stopping."));
  const stop = async () => {
    draining.abort(handedBack("The slave is stopping."));
    await registration.stop();
    await Promise.race([room.empty(), sleep(config.drainSeconds * 1_000, null, { ref: false })]);
    stopNow();
    await Promise.race([room.empty(), sleep(LAST_WORDS_MS, null, { ref: false })]);
    handover?.close();
    closeServer(server);
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: urlOf(config, port), port, dismissed: dismissed.signal, stop, stopNow };
}

function tasksOf({ tasks: wanted }: SlaveConfig, all: readonly TaskDefinition[]): readonly TaskDefinition[] {
  const unknown = wanted.filter((name) => !all.some((task) => task.name === name));
  if (unknown.length > 0)
    throw new ConfigError(
      `SLAVE_TASKS: there is no task ${unknown.join(", ")}; there are ${all.map((task) => task.name).join(", ")}.`,
    );
  return wanted.length === 0 ? all : all.filter((task) => wanted.includes(task.name));
}

/** Listens at once; requests wait for `answerWith`. The port must be ours before the folder is swept. */
async function listen(config: SlaveConfig) {
  let answerWith: (listener: RequestListener) => void = () => undefined;
  const ready = new Promise<RequestListener>((resolve) => {
    answerWith = resolve;
  });
  const server = createHttpServer(config, (req, res) => {
    void ready.then((listener) => listener(req, res));
  });
  const port = await listenOn(server, { ...config, role: "SLAVE" });
  return { server, port, answerWith };
}

function createPool(config: SlaveConfig, { registry, log }: SlaveDeps, folder: string): Pool {
  return new Pool({
    registry,
    log,
    folder,
    slots: config.slots,
    smallBytes: config.smallFile,
    memoryBytes: config.childMemory,
    ...unitBudgets({ task: {}, budgets: {} }, limitsOf(config)),
    maxUnits: config.childMaxUnits,
  });
}

function startPool(pool: Pool, tasks: readonly TaskDefinition[]): void {
  pool.start();
  pool.warm(tasks.filter(isWarm).map((task) => task.name));
}

function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections();
}

function limitsOf({ unitRunSeconds: running, unitSilenceSeconds: silence }: SlaveConfig) {
  return { running, silence };
}

function offers({ tls }: SlaveConfig, tasks: readonly TaskDefinition[], handover: Handover | undefined) {
  return {
    tls: tls !== undefined,
    steps: stepsOf(tasks),
    ...(handover === undefined ? {} : { handover: handover.about }),
  };
}

function stepsOf(tasks: readonly TaskDefinition[]): Record<string, Record<string, number>> {
  return Object.fromEntries(
    tasks.map(({ name, steps }) => [
      name,
      Object.fromEntries(Object.entries(steps).map(([step, { version }]) => [step, version])),
    ]),
  );
}

function isWarm({ steps }: TaskDefinition): boolean {
  return Object.values(steps).some((step) => step.warm === true);
}

function warnOfUnreachable({ host, masterUrls }: SlaveConfig, log: Logger): void {
  const far = masterUrls.find((url) => !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, "")));
  if (isLoopback(host) && far !== undefined)
    log.warn({ master: far }, `a master on another machine cannot reach SLAVE_HOST=${host}`);
}

/** The address it listens on, unless that is all of them. */
function specificAddress(server: Server): string | undefined {
  const { address } = server.address() as AddressInfo;
  return address === "0.0.0.0" || address === "::" ? undefined : address;
}

function urlOf({ host, tls }: SlaveConfig, port: number): string {
  return `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
