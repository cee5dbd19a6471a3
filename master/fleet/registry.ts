import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { CheckStatusAnswer, RegisterRequest } from "../../shared/contract/fleet.ts";
import { UnavailableError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import { pinAddress } from "./address.ts";
import { provenFolder } from "./proof.ts";
import { type Registrant, requireToken } from "./registrant.ts";
import { restsUntil, SlaveRests } from "./rests.ts";
import { describe, newSlave, type OwnSlave, type Slave, slaveId, UNTROUBLED } from "./slave.ts";
import { differingSteps } from "./versions.ts";

export interface RegistryConfig {
  readonly pollSeconds: number;
  /** Missed polls in a row after which a slave counts as lost. */
  readonly missedPolls: number;
  /** Time for the first answer of a new slave. */
  readonly pendingSeconds: number;
  /** Time for which a lost slave is still polled. */
  readonly forgetSeconds: number;
  readonly maxSlaves: number;
}

export interface RegistryDeps {
  readonly config: RegistryConfig;
  readonly logger: Logger;
  /** Requests `GET /check_status`; throws without a valid answer. */
  readonly check: (slave: Slave, signal: AbortSignal) => Promise<CheckStatusAnswer>;
  /** Called when a slave registers, changes its state, or may get units again after a rest. */
  readonly announce: (slave: Slave) => void;
}

/**
 * The slaves of this master. A slave is `pending` until its first valid answer, then `alive` and polled. A slave
 * that misses polls is `lost`: it gets no units, and is polled until it answers again or is forgotten.
 */
export class SlaveRegistry {
  readonly #deps: RegistryDeps;
  readonly #slaves = new Map<string, OwnSlave>();
  readonly #rests: SlaveRests;
  readonly #stop = new AbortController();

  constructor(deps: RegistryDeps) {
    this.#deps = deps;
    this.#rests = new SlaveRests(deps.announce);
    // The poll of each slave adds a listener.
    setMaxListeners(0, this.#stop.signal);
  }

  /**
   * Adds a slave and begins to poll it. A known slave registers again when it has not been polled for a while.
   * @throws AppError `slave_address_refused`, `unauthorized`; UnavailableError `too_many_slaves`
   */
  async register(request: RegisterRequest, from: Registrant): Promise<Slave> {
    const { address, showedToken } = from;
    const ip = await pinAddress(request.slave_ip, address);
    const handover = await provenFolder(request.handover);
    const id = slaveId(ip, request.slave_port);
    const known = this.#slaves.get(id);
    if (known !== undefined) {
      requireToken(known, from);
      return this.#registerAgain(Object.assign(known, { handover, showedToken }), request);
    }
    if (this.#slaves.size >= this.#deps.config.maxSlaves) {
      throw new UnavailableError(
        "too_many_slaves",
        "This master has as many slaves as it may have (MAX_SLAVES).",
      );
    }
    const slave = { ...newSlave(id, ip, request), handover, showedToken };
    this.#slaves.set(id, slave);
    this.#deps.logger.info(
      { slave: slave.name, address: slave.baseUrl, classic: slave.classic },
      "slave registered",
    );
    this.#warnOfVersions(slave);
    this.#deps.announce(slave);
    this.#startPolling(slave);
    return slave;
  }

  all(): readonly Slave[] {
    return [...this.#slaves.values()];
  }

  get(id: string): Slave | undefined {
    return this.#slaves.get(id);
  }

  /** The slave gets no more units, until another process registers at its address. */
  drain(slave: Slave): void {
    const own = this.#own(slave);
    if (own === undefined) return;
    own.drainWanted = true;
    if (own.state === "alive") this.#change(own, "draining", "it was asked to drain");
  }

  /** Forgets a slave whose process has ended. */
  remove(id: string): void {
    const slave = this.#slaves.get(id);
    if (slave === undefined) return;
    this.#slaves.delete(id);
    if (slave.state !== "lost") this.#change(slave, "lost", "it ended");
  }

  /** Slaves that may get units now. */
  alive(): readonly Slave[] {
    const now = Date.now();
    return this.all().filter((slave) => slave.state === "alive" && restsUntil(slave) <= now);
  }

  /** Whether a slave is alive or pending; without one a waiting request is refused. */
  hasAny(): boolean {
    return this.all().some((slave) => slave.state === "alive" || slave.state === "pending");
  }

  /** Called when a lease failed by the slave's fault: the slave rests. */
  trouble(slave: Slave, reason: string): void {
    const own = this.#own(slave);
    if (own === undefined) return;
    void this.#pollOnce(own, own.instance);
    const seconds = this.#rests.trouble(own);
    if (seconds === undefined) return;
    this.#deps.logger.warn(
      { slave: own.name, reason, rests: seconds },
      "a lease failed by the slave's fault: the slave rests before it gets more work",
    );
  }

  /** Called when a slave has no room for units, or the master's disk none for its parts: the slave rests. */
  full(slave: Slave, milliseconds: number): void {
    const own = this.#own(slave);
    if (own !== undefined) this.#rests.full(own, milliseconds);
  }

  /** Called when a lease was answered whole. */
  fine(slave: Slave): void {
    const own = this.#own(slave);
    if (own !== undefined) this.#rests.fine(own);
  }

  stop(): void {
    this.#stop.abort();
  }

  #own(slave: Slave): OwnSlave | undefined {
    const own = this.#slaves.get(slave.id);
    return own === slave ? own : undefined;
  }

  #registerAgain(slave: OwnSlave, request: RegisterRequest): Slave {
    const restarted = slave.instance !== request.instance;
    describe(slave, request);
    if (restarted) this.#warnOfVersions(slave);
    if (restarted && slave.state !== "pending") this.#change(slave, "lost", "it was restarted");
    // The troubles belong to the process before.
    if (restarted) Object.assign(slave, { ...UNTROUBLED, drainWanted: false });
    void this.#pollOnce(slave, request.instance);
    return slave;
  }

  #warnOfVersions(slave: Slave): void {
    const steps = differingSteps(slave);
    if (steps.length === 0) return;
    this.#deps.logger.warn(
      { slave: slave.name, version: slave.version, steps },
      "a slave has other versions of these steps and gets no units of them: run the same version on master and slave",
    );
  }

  #startPolling(slave: OwnSlave): void {
    this.#poll(slave).catch((error: unknown) => {
      if (!this.#stop.signal.aborted)
        this.#deps.logger.error(
          { err: error, slave: slave.name },
          "an error ended the polls of a slave: restart the master to poll it again",
        );
    });
  }

  async #poll(slave: OwnSlave): Promise<void> {
    const { config } = this.#deps;
    while (!this.#stop.signal.aborted && this.#slaves.get(slave.id) === slave) {
      await this.#pollOnce(slave, slave.instance);
      if (this.#isForgotten(slave)) {
        this.#slaves.delete(slave.id);
        return;
      }
      const pause = slave.state === "pending" ? 0.25 : config.pollSeconds * (slave.state === "lost" ? 2 : 1);
      await sleep(pause * 1000, undefined, { signal: this.#stop.signal, ref: false });
    }
  }

  async #pollOnce(slave: OwnSlave, instance: string | undefined): Promise<void> {
    try {
      const timeout = AbortSignal.timeout(Math.max(2, this.#deps.config.pollSeconds) * 1000);
      const status = await this.#deps.check(slave, AbortSignal.any([timeout, this.#stop.signal]));
      // After a restart or a removal meanwhile this answer is of the old process.
      if (slave.instance === instance && this.#own(slave) !== undefined) this.#answered(slave, status);
    } catch {
      if (this.#stop.signal.aborted) return;
      slave.missedPolls += 1;
      const limit = slave.troubles > 0 ? 1 : this.#deps.config.missedPolls;
      if (isWorking(slave) && slave.missedPolls >= limit) this.#change(slave, "lost", "it does not answer");
    }
  }

  #answered(slave: OwnSlave, status: CheckStatusAnswer): void {
    slave.missedPolls = 0;
    slave.lastSeen = Date.now();
    slave.status = status;
    slave.slots = status.slots ?? slave.slots;
    if (status.instance !== undefined && slave.instance !== undefined && status.instance !== slave.instance) {
      slave.instance = status.instance;
      slave.drainWanted = false;
      this.#change(slave, "lost", "it was restarted");
    }
    const state = status.draining === true || slave.drainWanted ? "draining" : "alive";
    if (slave.state !== state) this.#change(slave, state, "it answers");
  }

  #change(slave: OwnSlave, state: Slave["state"], reason: string): void {
    slave.state = state;
    this.#deps.logger.info({ slave: slave.name, state, reason }, "the state of a slave changed");
    this.#deps.announce(slave);
  }

  #isForgotten(slave: Slave): boolean {
    const { pendingSeconds, forgetSeconds } = this.#deps.config;
    if (slave.state === "pending") return Date.now() - slave.registeredAt > pendingSeconds * 1000;
    if (slave.state !== "lost") return false;
    return Date.now() - (slave.lastSeen ?? slave.registeredAt) > forgetSeconds * 1000;
  }
}

function isWorking(slave: Slave): boolean {
  return slave.state === "alive" || slave.state === "draining";
}
