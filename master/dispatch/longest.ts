import type { ActiveLease } from "./activeLease.ts";
import { nameOf } from "./units.ts";

/** A unit that a slave works on, or that waits there. */
export interface LongestRun {
  readonly filename: string;
  readonly slave: string;
  readonly seconds: number;
  /** Name of the slave that has a second copy. */
  readonly copyAt?: string | undefined;
}

type Lease = Pick<ActiveLease, "job" | "slave" | "original" | "outstanding">;

/** The unit of a job that has run for the longest time; undefined while no slave has a unit of it. */
export function longestOf(leases: Iterable<Lease>, job: string): LongestRun | undefined {
  const now = performance.now();
  let longest: LongestRun | undefined;
  for (const lease of leases) {
    if (lease.job !== job) continue;
    for (const run of runsOf(lease, now)) if (run.seconds > (longest?.seconds ?? -1)) longest = run;
  }
  return longest;
}

/** A unit with a second copy counts in the lease of the copy. */
function runsOf(lease: Lease, now: number): LongestRun[] {
  const { original, slave } = lease;
  return lease.outstanding(now).map(({ unit, seconds }) =>
    original === undefined
      ? { filename: nameOf(unit), slave: slave.name, seconds }
      : {
          filename: nameOf(unit),
          slave: original.slave.name,
          seconds: original.ranFor(unit),
          copyAt: slave.name,
        },
  );
}
