import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { isLoopback } from "../shared/access.ts";
import { LONGEST_TIMER_MS } from "../shared/async/timer.ts";
import { ConfigError } from "../shared/errors.ts";
import { withoutBrackets } from "../shared/http/address.ts";
import type { Logger } from "../shared/logger.ts";
import { allowanceOf, allowedTasks } from "../shared/tasks/allowed.ts";
import type { TaskDefinition } from "../shared/tasks/task.ts";
import type { SlaveConfig } from "./config.ts";
import { Admission } from "./http/admission.ts";
import { createHttp } from "./http/app.ts";
import { getTask } from "./http/getTask.ts";
import { KeptUnits } from "./http/keptUnits.ts";
import type { ReceiveDeps } from "./http/receive.ts";
import { statusOf } from "./http/status.ts";
import { unitBudgets } from "./http/units.ts";
import { SlaveMetrics } from "./metrics.ts";
import { choicesOf, createRegistration } from "./offer.ts";
import { handedBack } from "./pool/endings.ts";
import { Pool } from "./pool/pool.ts";
import { openSite, type Site, urlOf } from "./site.ts";

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
  /** Aborted when a master asks the slave to end: its owner then calls `stop` and ends the process. */
  readonly dismissed: AbortSignal;
  /** Drains, then ends: units that run may finish within DRAIN_SECONDS, units that wait are handed back. */
  stop(): Promise<void>;
  /** Ends the drain early: units that run are handed back, too. */
  stopNow(): void;
}

/** Time for which units go on after the connection to their master broke: a slave dials again within some seconds. */
const KEEP_MS = 30_000;
/** Time for the master to take the units that are handed back. */
const HAND_BACK_MS = 2_000;

/**
 * Builds a slave and starts it: first it listens, then it makes its folder and its children, then it registers.
 * @throws AppError `port_in_use`, `cannot_listen`, `bad_folder`, `disk_full`; ConfigError
 */
export async function startSlave(config: SlaveConfig, deps: SlaveDeps): Promise<RunningSlave> {
  const tasks = tasksOf(config, deps.tasks);
  const site = await openSite(config);
  const { port, folder, handover, inputs } = site;
  const { pool, metrics } = createPool(config, deps, site);
  const admission = new Admission(config);
  const { draining, stopped, drain, stopNow } = stopSignals();
  const dismissed = new AbortController();
  const { version, log } = deps;
  const instance = randomUUID();
  const offer = { tasks, choices: await choicesOf(tasks), handover, inputs, version, instance };
  const registration = createRegistration(config, site, { offer, log });
  site.answerWith(
    createHttp({
      config,
      status: () => statusOf({ pool, admission, instance, version, draining }),
      metrics,
      getTask: getTask({
        admission,
        folder: join(folder, "leases"),
        receive: receiving(config, tasks, site),
        work: { pool, ...leaseTerms(config, { draining, stopped }), onDiskFull: () => inputs?.clear() },
        stopped,
        onMasterGone: () => registration.doubted(),
      }),
      onPolled: () => registration.polled(),
      onDismiss: () => dismissed.abort(),
      log,
    }),
  );
  warnOfAddresses(config, log);
  const registering = registration.run(draining);
  startPool(pool, tasks);
  const stop = async () => {
    drain();
    await registering;
    const told = registration.signOff("draining");
    await finish(admission, config.drainSeconds, stopNow);
    await pool.close();
    await told;
    await registration.signOff("gone");
    await site.close();
  };
  return { url: urlOf(config, port), port, dismissed: dismissed.signal, stop, stopNow };
}

/** Gives units that run their time, then hands them back. */
async function finish(admission: Admission, drainSeconds: number, stopNow: () => void): Promise<void> {
  await admission.empty(AbortSignal.timeout(Math.min(drainSeconds * 1_000, LONGEST_TIMER_MS)));
  stopNow();
  await admission.empty(AbortSignal.timeout(HAND_BACK_MS));
}

/** The two strengths of an end: `draining` begins nothing new, `stopped` ends what runs as well. */
function stopSignals() {
  const draining = new AbortController();
  const stopped = new AbortController();
  // Every unit listens to them.
  setMaxListeners(0, draining.signal, stopped.signal);
  const reason = () => handedBack("The slave is stopping.");
  return {
    draining: draining.signal,
    stopped: stopped.signal,
    drain: () => draining.abort(reason()),
    stopNow: () => stopped.abort(reason()),
  };
}

function tasksOf(config: SlaveConfig, all: readonly TaskDefinition[]): readonly TaskDefinition[] {
  const { tasks: wanted, allowFunctions } = config;
  const unknown = wanted.filter((name) => !all.some((task) => task.name === name));
  if (unknown.length > 0)
    throw new ConfigError(
      `SLAVE_TASKS: there is no task ${unknown.join(", ")}; there are ${all.map((task) => task.name).join(", ")}.`,
    );
  const allowed = allowedTasks(all, { ALLOW_FUNCTIONS: allowFunctions });
  if (wanted.length === 0) return allowed;
  const refused = all.find(
    (task) => wanted.includes(task.name) && !allowed.some(({ name }) => name === task.name),
  );
  if (refused !== undefined)
    throw new ConfigError(
      `SLAVE_TASKS names ${refused.name}, which a slave does only with ${allowanceOf(refused)}.`,
    );
  return allowed.filter((task) => wanted.includes(task.name));
}

function createPool(config: SlaveConfig, { registry, version, log }: SlaveDeps, site: Site) {
  const metrics: SlaveMetrics = new SlaveMetrics(version, {
    status: () => pool.status(),
    inputs: () => site.inputs?.usage,
  });
  const pool = new Pool({
    registry,
    log,
    counts: metrics,
    folder: join(site.folder, "children"),
    slots: config.slots,
    smallBytes: config.smallFile,
    memoryBytes: config.childMemory,
    ...unitBudgets({ task: {}, budgets: {} }, operatorBudgets(config)),
    maxUnits: config.childMaxUnits,
  });
  return { pool, metrics };
}

type Stops = Pick<ReturnType<typeof stopSignals>, "draining" | "stopped">;

/** A master that calls its slave breaks a connection off to cancel its units; over one that the slave holds it can say so. */
function leaseTerms(config: SlaveConfig, { draining, stopped }: Stops) {
  const kept = config.connect === "out" ? new KeptUnits({ keepMs: KEEP_MS, stopped }) : undefined;
  return { budgets: operatorBudgets(config), draining, kept };
}

function startPool(pool: Pool, tasks: readonly TaskDefinition[]): void {
  pool.start();
  pool.warm(tasks.filter(isWarm).map((task) => task.name));
}

function operatorBudgets({ unitRunSeconds: running, unitSilenceSeconds: silence }: SlaveConfig) {
  return { running, silence };
}

function receiving(
  { smallFile: smallBytes, uploadIdleSeconds, storeUrl }: SlaveConfig,
  tasks: readonly TaskDefinition[],
  { handover, inputs }: Site,
): ReceiveDeps {
  const storeOrigin = storeUrl && new URL(storeUrl).origin;
  return { tasks, smallBytes, uploadIdleSeconds, handover, inputs, storeOrigin };
}

function isWarm({ steps }: TaskDefinition): boolean {
  return Object.values(steps).some((step) => step.warm === true);
}

function warnOfAddresses({ host, masterUrls, tls, connect }: SlaveConfig, log: Logger): void {
  if (connect === "out") return;
  const secure = masterUrls.find((url) => url.startsWith("https:"));
  if (tls === undefined && secure !== undefined)
    log.warn(
      { master: secure },
      "this slave listens without TLS_CERT: files come to it and leave it unencrypted, although its master uses HTTPS",
    );
  const far = masterUrls.find((url) => !isLoopback(withoutBrackets(new URL(url).hostname)));
  if (isLoopback(host) && far !== undefined)
    log.warn(
      { master: far },
      `a master on another machine cannot reach SLAVE_HOST=${host}: set it to an address of this machine`,
    );
}
