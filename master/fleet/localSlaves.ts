import { LONGEST_TIMER_MS } from "../../shared/async/timer.ts";
import { AppError, UnavailableError } from "../../shared/errors.ts";
import { withoutBrackets } from "../../shared/http/address.ts";
import type { Logger } from "../../shared/logger.ts";
import { type Supervised, supervise } from "../../shared/process/supervisor.ts";
import type { LocalRoster } from "./localRoster.ts";
import type { SlaveRegistry } from "./registry.ts";
import { slaveId } from "./slave.ts";

export interface LocalSlavesDeps {
  readonly registry: Pick<SlaveRegistry, "remove">;
  readonly logger: Logger;
  readonly roster: Pick<LocalRoster, "read" | "write">;
  /** Greatest number of local slaves. */
  readonly max: number;
  /** Time for a stopping slave to finish its units, seconds. */
  readonly drainSeconds: number;
  /** Called with each line of a local slave's log. */
  readonly onLog: (line: string) => void;
  /** The environment of a local slave, with these variables set. */
  readonly environment: (set: Readonly<Record<string, string>>) => NodeJS.ProcessEnv;
}

/** A slave that this master runs on its own machine. */
export interface LocalSlave {
  readonly id: string;
  readonly name: string;
  readonly url: string;
}

interface Local {
  readonly name: string;
  readonly slots: number;
  readonly supervised: Supervised;
  url: string | undefined;
  stopping: Promise<void> | undefined;
}

/** Time after draining for the slave to close its connections and remove its files. */
const GOODBYE_SECONDS = 10;

/**
 * Slaves on the master's own machine, started on request. A slave that ends by itself is started again, and all
 * end with the master, even when it is killed. A restarted master starts them again until they are removed.
 */
export class LocalSlaves {
  readonly #deps: LocalSlavesDeps;
  readonly #locals = new Set<Local>();
  #started = 0;
  #stopped = false;

  constructor(deps: LocalSlavesDeps) {
    this.#deps = deps;
  }

  /**
   * Starts slaves and resolves when each of them listens.
   * @throws AppError `too_many_local_slaves`, `stopping`, `slave_not_started`
   */
  async add(count: number, slots: number): Promise<LocalSlave[]> {
    const { max } = this.#deps;
    if (this.#stopped) throw new UnavailableError("stopping", "The master is stopping.");
    if (this.#locals.size + count > max) {
      throw new AppError(
        "too_many_local_slaves",
        `There are ${this.#locals.size} local slaves; this master starts ${max} at most (MAX_LOCAL_SLAVES).`,
        { status: 409, details: { field: "count", limit: max } },
      );
    }
    try {
      return await Promise.all(Array.from({ length: count }, () => this.#start(slots)));
    } finally {
      // When one of them cannot be started, the others stay.
      await this.#remember();
    }
  }

  /** Starts the slaves of the roster; a slave that cannot be started is logged. */
  async resume(): Promise<void> {
    const { roster, max, logger } = this.#deps;
    const wanted = await roster.read().catch((error: unknown) => {
      logger.warn({ err: error }, "the list of local slaves cannot be read: none is started");
      return [];
    });
    for (const slots of wanted.slice(0, max)) {
      this.#start(slots).catch((error: unknown) =>
        logger.warn({ err: error }, "a local slave could not be started again"),
      );
    }
  }

  /** Drains a local slave and ends it. False when no local slave has this id. */
  remove(id: string): boolean {
    for (const local of this.#locals) {
      if (local.url === undefined || idOf(local.url) !== id) continue;
      this.#stop(local).catch((error: unknown) =>
        this.#deps.logger.error({ err: error, slave: local.name }, "a local slave could not be stopped"),
      );
      this.#remember().catch((error: unknown) =>
        this.#deps.logger.error(
          { err: error },
          "the list of local slaves cannot be written: a restarted master will start removed slaves again",
        ),
      );
      return true;
    }
    return false;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#locals].map((local) => this.#stop(local)));
  }

  /** Writes the roster. A stopping master does not: the next one starts the same slaves. */
  async #remember(): Promise<void> {
    if (this.#stopped) return;
    const staying = [...this.#locals].filter((local) => local.stopping === undefined);
    await this.#deps.roster.write(staying.map(({ slots }) => slots));
  }

  async #start(slots: number): Promise<LocalSlave> {
    this.#started += 1;
    const name = `local-${this.#started}`;
    const env = this.#deps.environment({ SLAVE_NAME: name, SLAVE_SLOTS: String(slots) });
    return await new Promise<LocalSlave>((resolve, reject) => {
      const supervised = supervise(() => ({ role: "slave", env, onLog: this.#deps.onLog }), {
        onReady: (url) => {
          local.url = url;
          resolve({ id: idOf(url), name, url });
        },
        onEnd: (how, seconds) => {
          this.#ended(local, how, seconds);
          if (local.url !== undefined) return;
          void this.#stop(local);
          reject(new AppError("slave_not_started", `The slave could not be started (${how}).`));
        },
      });
      const local: Local = { name, slots, supervised, url: undefined, stopping: undefined };
      this.#locals.add(local);
    });
  }

  /** The supervisor starts the slave again on another port, so the registry forgets the old address. */
  #ended(local: Local, how: string, seconds: number): void {
    this.#deps.logger.warn({ slave: local.name, how, starts_in: seconds }, "a local slave ended");
    if (local.url !== undefined) this.#deps.registry.remove(idOf(local.url));
  }

  #stop(local: Local): Promise<void> {
    local.stopping ??= this.#stopNow(local);
    return local.stopping;
  }

  async #stopNow(local: Local): Promise<void> {
    const seconds = this.#deps.drainSeconds + GOODBYE_SECONDS;
    await local.supervised.stop(AbortSignal.timeout(Math.min(seconds * 1000, LONGEST_TIMER_MS)));
    this.#locals.delete(local);
    if (local.url !== undefined) this.#deps.registry.remove(idOf(local.url), "stopped");
  }
}

function idOf(url: string): string {
  const { hostname, port } = new URL(url);
  return slaveId(withoutBrackets(hostname), Number(port));
}
