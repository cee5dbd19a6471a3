import { rememberedFor } from "../../shared/async/rememberedFor.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { Slave } from "../fleet/slave.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { laneOf } from "../queue/shared/bundle.ts";
import type { WantedUnits } from "../queue/shared/wanted.ts";
import { canDo } from "./capability.ts";
import type { UnitTimes } from "./timing.ts";
import { stepKey } from "./units.ts";

/**
 * Seconds of work that may wait here for each slot: what is taken early cannot go to a master that is free sooner. Of units that take longer, a few
 * wait for those slots that will be free in that time.
 */
const AHEAD_SECONDS = 1;
/** Most units that may wait here for a slot: more than any lease has. */
const MOST_AHEAD = 64;
/** Time for which a slave can do the same steps. */
const SAME_MS = 200;

export interface WantedUnitsDeps {
  readonly registry: Pick<SlaveRegistry, "alive">;
  readonly times: Pick<UnitTimes, "expected">;
}

export function wantedUnits({ registry, times }: WantedUnitsDeps): WantedUnits {
  const samples = new Map([...unitsOfSteps()].map((unit) => [laneOf(unit), unit]));
  const able = rememberedFor(SAME_MS, () => {
    const slaves = registry.alive();
    const lanes = [...samples].map(
      ([lane, unit]) => [lane, slaves.filter((slave) => canDo(slave, unit))] as const,
    );
    return new Map(lanes.filter(([, some]) => some.length > 0));
  });
  const withLeased = (lane: string) => {
    const unit = samples.get(lane);
    const slaves = able().get(lane);
    const ahead = unit === undefined ? 0 : aheadOf(times.expected(stepKey(unit), 0));
    return (
      sum(slaves, ({ slots, work }) => Math.max(slots, work.units)) +
      Math.ceil(ahead * sum(slaves, ({ slots }) => slots))
    );
  };
  return {
    lanes: () => able().keys(),
    canDo: (lane) => able().has(lane),
    of: (lane) => withLeased(lane) - sum(able().get(lane), ({ work }) => work.units),
    withLeased,
  };
}

function sum(slaves: readonly Slave[] = [], value: (slave: Slave) => number): number {
  return slaves.reduce((all, slave) => all + value(slave), 0);
}

/** Units that may wait for each slot; none before one was measured. */
function aheadOf(unitSeconds = Number.POSITIVE_INFINITY): number {
  return Math.min(MOST_AHEAD, AHEAD_SECONDS / Math.max(unitSeconds, 1e-3));
}

/** A unit of each step, as a client without wishes of its own makes it. */
function* unitsOfSteps(): Generator<QueuedUnit> {
  const file = { key: "", filename: "", bytes: 0, sha256: "" };
  const none = { id: "", job: "", args: {}, files: [file], bytes: 0, crashes: 0, losses: 0, priority: 1 };
  for (const { name: task, steps, options } of TASKS)
    for (const [step, { version: stepVersion }] of Object.entries(steps))
      yield { ...none, task, step, stepVersion, options: options.parse({}) };
}
