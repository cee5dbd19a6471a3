import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import { type CapacityDeps, secondsUntilDone } from "../jobs/capacity.ts";
import type { IntakeDeps } from "../jobs/intake.ts";
import { KnownResults } from "../jobs/knownResults.ts";
import { KeyedRequests } from "../jobs/requests.ts";
import type { JobRunner } from "../jobs/runner.ts";
import { Waiters } from "../jobs/waiters.ts";
import type { Storage } from "./storage.ts";

/** What turns requests into jobs. */
export interface Reception {
  readonly waiters: Waiters;
  readonly requests: KeyedRequests;
  readonly intake: IntakeDeps;
}

const CLIENT_LEFT = { code: "cancelled", message: "The client left before its job was done." } as const;

export interface ReceptionDeps {
  readonly config: MasterConfig;
  readonly storage: Storage;
  readonly runner: JobRunner;
  readonly capacity: CapacityDeps;
  readonly logger: Logger;
}

export function createReception({ config, storage, runner, capacity, logger }: ReceptionDeps): Reception {
  const { jobs, store, disk } = storage;
  const { idempotencySeconds } = config;
  const limits = { maxQueuedUnits: config.maxQueuedUnits, maxQueuedBytes: config.maxQueuedBytes };
  const waiters = new Waiters((job) => runner.cancel(job, CLIENT_LEFT), logger);
  return {
    waiters,
    requests: new KeyedRequests({ jobs, store, runner, waiters, idempotencySeconds }),
    intake: {
      jobs,
      store,
      runner,
      waiters,
      known: new KnownResults({ jobs, store, disk, sight: config.jobs }),
      cache: config.resultCache,
      replaceNames: config.onExisting === "replace",
      limits,
      secondsUntilDone: (share) => secondsUntilDone(capacity, share),
    },
  };
}
