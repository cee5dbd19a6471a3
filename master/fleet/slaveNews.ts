import type { SlaveState } from "../../shared/contract/fleet.ts";
import type { Logger } from "../../shared/logger.ts";
import { fullName, type OwnSlave, type Slave } from "./slave.ts";
import { differingSteps } from "./versions.ts";

/** A lease that failed by its slave's fault. */
export interface FailedLease {
  readonly reason: string;
  /** Units without an answer: other slaves get them. */
  readonly units: number;
}

/** Tells what happens to slaves: their watchers of each change, and the log in words. */
export class SlaveNews {
  readonly #logger: Logger;
  readonly #announce: (slave: Slave) => void;
  /** Reasons that the log has of a slave since its last answer: some change from poll to poll. */
  readonly #told = new WeakMap<Slave, Set<string>>();

  /** @param announce called when a slave registers, and when its state or its reason changes */
  constructor(logger: Logger, announce: (slave: Slave) => void) {
    this.#logger = logger;
    this.#announce = announce;
  }

  registered(slave: OwnSlave): void {
    this.#change(slave, "pending");
    this.#logger.info(
      { ...aboutOf(slave), ...(slave.classic ? { classic: true } : {}) },
      `slave ${fullName(slave)} registered: it is asked whether it answers`,
    );
  }

  /** The slave answers. */
  alive(slave: OwnSlave): void {
    this.#told.delete(slave);
    this.#change(slave, "alive");
    this.#logger.info(aboutOf(slave), `slave ${fullName(slave)} is alive`);
  }

  draining(slave: OwnSlave, reason: string): void {
    this.#change(slave, "draining", reason);
    this.#logger.info(aboutOf(slave), `slave ${fullName(slave)} gets no more files: ${reason}`);
  }

  restarted(slave: OwnSlave): void {
    this.#told.delete(slave);
    this.#change(slave, "lost", "it was restarted");
    this.#logger.info(aboutOf(slave), `slave ${fullName(slave)} was restarted: it is asked again`);
  }

  gone(slave: OwnSlave, reason: string): void {
    this.#change(slave, "gone", reason);
    this.#logger.info(aboutOf(slave), `slave ${fullName(slave)} is gone: ${reason}`);
  }

  lost(slave: OwnSlave, reason: string): void {
    this.#change(slave, "lost", reason);
    this.#warnOnce(slave, reason, `slave ${fullName(slave)} is lost: ${reason}`);
  }

  /** A slave that is not alive did not answer once more. */
  unanswered(slave: OwnSlave, reason: string): void {
    if (slave.reason === reason) return;
    this.#change(slave, slave.state, reason);
    this.#warnOnce(slave, reason, `slave ${slave.name} registered, but ${reason}`);
  }

  /** The slave rests for so many seconds. */
  troubled(slave: OwnSlave, { reason, units }: FailedLease, seconds: number): void {
    const files =
      units === 0 ? "" : `, ${units === 1 ? "its file goes" : `its ${units} files go`} to other slaves`;
    this.#logger.warn(
      { ...aboutOf(slave), reason, files: units, rests: seconds },
      `slave ${fullName(slave)}: ${reason}${files}; it gets no new work for ${seconds} s`,
    );
  }

  /** Warns of steps that the slave has in other versions than this master. */
  versions(slave: OwnSlave): void {
    const steps = differingSteps(slave);
    if (steps.length === 0) return;
    this.#logger.warn(
      { ...aboutOf(slave), version: slave.version, steps },
      `slave ${fullName(slave)} has other versions of these steps and gets no units of them: run the same version on master and slave`,
    );
  }

  /** A master that listens by HTTPS has a slave that does not. */
  unencrypted(slave: OwnSlave): void {
    this.#logger.warn(
      aboutOf(slave),
      `slave ${fullName(slave)} listens without TLS_CERT: files go to it and come back unencrypted`,
    );
  }

  #change(slave: OwnSlave, state: SlaveState, reason?: string): void {
    slave.state = state;
    slave.reason = reason;
    this.#announce(slave);
  }

  #warnOnce(slave: OwnSlave, reason: string, message: string): void {
    const told = this.#told.get(slave) ?? new Set();
    if (told.has(reason)) return;
    this.#told.set(slave, told.add(reason));
    this.#logger.warn({ ...aboutOf(slave), reason }, message);
  }
}

function aboutOf({ name, address }: Slave) {
  return { slave: name, address };
}
