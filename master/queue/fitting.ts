import type { LeaseSize, QueuedUnit } from "./port.ts";

/** The first units of those that wait, from `head` on, that fit into a lease; the first one always does, however large it is. */
export function fitting(waiting: readonly QueuedUnit[], head: number, size: LeaseSize): QueuedUnit[] {
  const units: QueuedUnit[] = [];
  let bytes = 0;
  for (let place = head; place < waiting.length && units.length < size.units; place += 1) {
    const unit = waiting[place];
    if (unit === undefined) break;
    bytes += ownBytes(unit, waiting[place === head ? place + 1 : place - 1]);
    if (units.length > 0 && (bytes > size.bytes || isSuspect(unit))) break;
    units.push(unit);
    if (isSuspect(unit)) break;
  }
  return units;
}

/** Bytes of a unit's files without those that the unit beside it has as well. */
function ownBytes(unit: QueuedUnit, beside: QueuedUnit | undefined): number {
  const shared = new Set(beside?.files.map(({ key }) => key));
  return unit.files.reduce((bytes, file) => bytes - (shared.has(file.key) ? file.bytes : 0), unit.bytes);
}

/** A unit that ended a child or went down with a slave travels alone, so that it can harm no other. */
function isSuspect(unit: QueuedUnit): boolean {
  return unit.crashes + unit.losses > 0;
}
