import { TASKS } from "../../shared/tasks/registry.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { QueuedUnit } from "../queue/port.ts";
import { laneOf } from "../queue/shared/bundle.ts";
import { canDo } from "./capability.ts";
import type { UnitTimes } from "./timing.ts";
import { stepKey } from "./units.ts";

/** Seconds of work that may wait here for each slot: what is taken early cannot go to a master that is free sooner. */
const AHEAD_SECONDS = 1;
/** Most units that may wait here for a slot: more than any lease has. */
const MOST_AHEAD = 64;
/** Time for which the numbers are the same. */
const SAME_MS = 200;

export interface WantedUnitsDeps {
  readonly registry: Pick<SlaveRegistry, "alive">;
  readonly times: Pick<UnitTimes, "expected">;
}

/** Units that the slaves of this master can use now and soon, by lane. A lane that none of them can do has no entry. */
export function wantedUnits({ registry, times }: WantedUnitsDeps): () => ReadonlyMap<string, number> {
  const samples = [...unitsOfSteps()];
  let wanted: ReadonlyMap<string, number> = new Map();
  let until = 0;
  return () => {
    if (performance.now() < until) return wanted;
    until = performance.now() + SAME_MS;
    const slaves = registry.alive();
    wanted = new Map(
      samples.flatMap((unit): [string, number][] => {
        const slots = slaves.reduce((sum, slave) => sum + (canDo(slave, unit) ? slave.slots : 0), 0);
        const seconds = times.expected(stepKey(unit), 0) ?? AHEAD_SECONDS;
        const ahead = Math.min(MOST_AHEAD, Math.max(1, Math.ceil(AHEAD_SECONDS / Math.max(seconds, 1e-3))));
        return slots > 0 ? [[laneOf(unit), slots * ahead]] : [];
      }),
    );
    return wanted;
  };
}

/** A unit of each step, as a client without wishes of its own makes it. */
function* unitsOfSteps(): Generator<QueuedUnit> {
  const file = { key: "", filename: "", bytes: 0, sha256: "" };
  const none = { id: "", job: "", args: {}, files: [file], bytes: 0, crashes: 0, losses: 0, priority: 1 };
  for (const { name: task, steps, options } of TASKS)
    for (const [step, { version: stepVersion }] of Object.entries(steps))
      yield { ...none, task, step, stepVersion, options: options.parse({}) };
}
