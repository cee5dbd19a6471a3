import type { SlaveRegistry } from "../fleet/registry.ts";
import type { Slave } from "../fleet/slave.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { canDo } from "./capability.ts";

/** Units whose failed tries are kept. The oldest go first: those of cancelled jobs are not removed otherwise. */
const MOST_UNITS = 10_000;
/** Time after which another failure at the same slave counts against a unit again. */
const REPEAT_MS = 60_000;

interface FailedTry {
  /** The slave's process. */
  readonly instance: string | undefined;
  /** Units that the slave had done when a try first failed. */
  readonly done: number;
  /** When the last failure that counts happened, ms since 1970. */
  readonly at: number;
}

/** The slaves at which tries of a unit failed: one slave alone is no proof while another one could do the unit. */
export class FailedTries {
  readonly #registry: Pick<SlaveRegistry, "all">;
  /** By unit and slave. */
  readonly #tries = new Map<string, Map<string, FailedTry>>();

  constructor(registry: Pick<SlaveRegistry, "all">) {
    this.#registry = registry;
  }

  /**
   * Notes a failed try. False when it does not count against the unit: the same process of the slave failed at it less
   * than a minute ago and has done nothing since, so the slave may be at fault.
   */
  add({ id, instance, work }: Slave, unit: QueuedUnit, now = Date.now()): boolean {
    const tries = this.#triesOf(unit);
    const known = tries.get(id);
    const isRepeat = known !== undefined && known.instance === instance && known.done === work.done;
    if (isRepeat && now - known.at < REPEAT_MS) return false;
    tries.set(id, { instance, done: known?.done ?? work.done, at: now });
    return true;
  }

  failedAt(slave: Slave, unit: QueuedUnit): boolean {
    return this.#tries.get(unit.id)?.has(slave.id) === true;
  }

  /** Ids of the slaves. */
  slavesOf(unit: QueuedUnit): readonly string[] {
    return [...(this.#tries.get(unit.id)?.keys() ?? [])];
  }

  /**
   * Whether an alive slave can do the unit and has not failed at it. One in trouble counts, as its rest is short; one
   * without room does not, as its disk may be full for days.
   */
  hasOther(unit: QueuedUnit, now = Date.now()): boolean {
    const hasRoom = ({ state, fullUntil }: Slave) => state === "alive" && fullUntil <= now;
    const isOther = (slave: Slave) => hasRoom(slave) && !this.failedAt(slave, unit) && canDo(slave, unit);
    return this.#registry.all().some(isOther);
  }

  forget(unit: QueuedUnit): void {
    this.#tries.delete(unit.id);
  }

  #triesOf({ id }: QueuedUnit): Map<string, FailedTry> {
    const known = this.#tries.get(id);
    if (known !== undefined) return known;
    const tries = new Map<string, FailedTry>();
    this.#tries.set(id, tries);
    const [oldest] = this.#tries.size > MOST_UNITS ? this.#tries.keys() : [];
    if (oldest !== undefined) this.#tries.delete(oldest);
    return tries;
  }
}
