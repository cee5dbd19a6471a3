import type { LeaseSize, QueuedUnit } from "./port.ts";

/** The first waiting units, from `head` on, that fit into a lease. The first one always fits, however large it is. */
export function fitting(waiting: readonly QueuedUnit[], head: number, size: LeaseSize): QueuedUnit[] {
  const units: QueuedUnit[] = [];
  let bytes = 0;
  for (let index = head; index < waiting.length && units.length < size.units; index += 1) {
    const unit = waiting[index];
    if (unit === undefined) break;
    bytes += ownBytes(unit, waiting[index === head ? index + 1 : index - 1]);
    if (units.length > 0 && bytes > size.bytes) break;
    units.push(unit);
  }
  return units;
}

/** Bytes of a unit's files without those that the unit beside it has as well. */
function ownBytes(unit: QueuedUnit, beside: QueuedUnit | undefined): number {
  const shared = new Set(beside?.files.map(({ key }) => key));
  return unit.files.reduce((bytes, file) => bytes - (shared.has(file.key) ? file.bytes : 0), unit.bytes);
}
