import type { Slave } from "../fleet/slave.ts";
import type { MapHead } from "../queue/port.ts";
import { canDo } from "./capability.ts";
import type { Judge } from "./judge.ts";

/** The heads that a slave may be given. On probation a unit at which it failed before comes last. */
export function* headsFor(slave: Slave, heads: Iterable<MapHead>, judge: Judge): Generator<MapHead> {
  const last: MapHead[] = [];
  for (const head of heads) {
    const { first } = head;
    if (!canDo(slave, first) || judge.isForOthers(slave, first)) continue;
    if (slave.onProbation && judge.failedAt(slave, first)) last.push(head);
    else yield head;
  }
  yield* last;
}
