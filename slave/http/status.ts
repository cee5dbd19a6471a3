import { availableParallelism, loadavg } from "node:os";
import type { CheckStatusAnswer } from "../../shared/contract/fleet.ts";
import type { Pool } from "../pool/pool.ts";
import type { Admission } from "./admission.ts";

export interface StatusDeps {
  readonly pool: Pick<Pool, "status">;
  readonly admission: Pick<Admission, "units">;
  /** Id of this process: a slave that starts again at the same address has another one. */
  readonly instance: string;
  readonly version: string;
  /** Aborted when the slave is told to stop. */
  readonly draining: AbortSignal;
}

/** What `GET /check_status` tells a master. */
export function statusOf({ pool, admission, instance, version, draining }: StatusDeps): CheckStatusAnswer {
  const { slots, busy, memory, workingOn } = pool.status();
  return {
    status: "alive",
    instance,
    version,
    slots,
    busy,
    waiting: Math.max(0, admission.units - busy),
    draining: draining.aborted,
    cpu: (loadavg()[0] ?? 0) / availableParallelism(),
    memory: process.memoryUsage.rss() + memory,
    working_on: [...workingOn],
  };
}
