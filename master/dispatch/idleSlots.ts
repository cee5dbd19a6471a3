import { isOurs } from "../classic/kind.ts";
import type { Slave } from "../fleet/slave.ts";
import type { PaceBook, StragglerRule } from "../map/pace.ts";
import type { QueuedUnit } from "../queue/port.ts";
import type { ActiveLease } from "./activeLease.ts";
import { canDo } from "./capability.ts";
import { RECALL_SECONDS } from "./leaseSize.ts";

/** Leases to call back: none of their units runs yet, while another slave that can do them has an idle slot. */
export function waitingElsewhere(active: Iterable<ActiveLease>, idle: readonly Slave[]): ActiveLease[] {
  let slots = idle.reduce((sum, slave) => sum + slave.slots - slave.work.units, 0);
  const recalled: ActiveLease[] = [];
  for (const lease of active) {
    if (slots <= 0) break;
    const { slave, endReason } = lease;
    const isCrowded = isOurs(slave) && slave.work.units > slave.slots && endReason === undefined;
    if (!isCrowded || !lease.isWaiting(RECALL_SECONDS) || !hasOtherSlave(idle, lease)) continue;
    recalled.push(lease);
    slots -= lease.lease.units.length;
  }
  return recalled;
}

export interface Straggler {
  readonly active: ActiveLease;
  readonly unit: QueuedUnit;
  /** Has a free slot for the copy. */
  readonly slave: Slave;
}

/** Units that run too long, each with an idle slave for a second copy; one copy per unit and per free slot. */
export function stragglers(
  active: Iterable<ActiveLease>,
  idle: readonly Slave[],
  { paces, stragglerRule }: { readonly paces: PaceBook; readonly stragglerRule: StragglerRule },
): Straggler[] {
  const free = new Map(idle.map((slave) => [slave, slave.slots - slave.work.units]));
  const now = performance.now();
  const late = [...active]
    .filter((lease) => lease.original === undefined && lease.endReason === undefined)
    .flatMap((lease) => lease.outstanding(now).map((unit) => ({ active: lease, ...unit })))
    .filter(({ unit, seconds }) => paces.of(unit.id)?.isLate(unit.bytes, seconds, stragglerRule));
  return late.flatMap(({ active: lease, unit }) => {
    const slave = [...free].find(([one, left]) => left > 0 && one !== lease.slave && canDo(one, unit))?.[0];
    if (slave === undefined) return [];
    free.set(slave, (free.get(slave) ?? 0) - 1);
    return [{ active: lease, unit, slave }];
  });
}

function hasOtherSlave(idle: readonly Slave[], { slave, lease }: ActiveLease): boolean {
  const [unit] = lease.units;
  return unit !== undefined && idle.some((other) => other !== slave && canDo(other, unit));
}
