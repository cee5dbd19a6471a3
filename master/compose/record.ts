import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import type { ChangeHub } from "../hub.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { openSqliteRecord } from "../record/sqlite/sqliteRecord.ts";
import type { BucketPlace } from "../store/s3/place.ts";
import type { RetryWhileFull } from "../upkeep/diskSpace.ts";
import { whenReachable } from "./engineWait.ts";

/** Time between two tries while the database is away. */
const AWAY_MS = 1_000;

export interface RecordDeps {
  readonly config: Pick<MasterConfig, "databaseUrl" | "engineWaitSeconds" | "store">;
  /** A word for this master's data folder. */
  readonly place: string;
  /** File of the record where there is no database. */
  readonly file: string;
  readonly hub: ChangeHub;
  readonly logger: Logger;
  readonly retryWhileFull: RetryWhileFull;
  readonly stopping: AbortSignal;
}

/** Why jobs cannot be recorded now; undefined while they can. */
export type Outage = () => AppError | undefined;

export interface OpenedRecord {
  readonly jobs: RecordOfJobs;
  readonly outage: Outage;
  /** Runs work of an accepted job again while the disk is too full for it, or the database is away. */
  readonly retry: RetryWhileFull;
}

/** Opens the record of jobs in the database that is configured, else in a file. */
export async function openRecord(deps: RecordDeps): Promise<OpenedRecord> {
  const { config, file, hub, logger, retryWhileFull } = deps;
  const { databaseUrl: url, store } = config;
  if (url === undefined) {
    const jobs = await openSqliteRecord({ file, hub, retry: retryWhileFull });
    return { jobs, outage: () => undefined, retry: retryWhileFull };
  }
  const { openPostgresRecord } = await import("../record/postgres/openPostgresRecord.ts");
  const retry: RetryWhileFull = (work) => retryWhileFull(() => retryWhileAway(work, deps));
  const onOutage = (outage: AppError | undefined) => {
    if (outage === undefined) logger.info("the database answers again: accepted jobs go on");
    else logger.error({ err: outage }, "the database does not answer: accepted jobs wait for it");
  };
  const warn = (risk: string) => logger.warn(risk);
  // Bytes in a folder are one master's: another one could not run its jobs, nor show their results.
  const masters = store === undefined ? "one" : { place: deps.place, store: placeName(store.place) };
  const open = () => openPostgresRecord({ url, hub, retry, onOutage, warn, masters });
  const jobs = await whenReachable(open, { seconds: config.engineWaitSeconds, logger });
  return { jobs, outage: () => jobs.outage, retry };
}

/** The same for all masters that have the bucket, at whichever address they reach it. */
function placeName({ bucket, prefix }: BucketPlace): string {
  return `s3://${bucket}/${prefix}`;
}

/** Runs work again while the database is away: an event of an accepted job waits instead of failing. */
async function retryWhileAway<T>(
  work: () => Promise<T>,
  { logger, stopping }: Pick<RecordDeps, "logger" | "stopping">,
): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof AppError && isCode(error.code, "database_unavailable");
      if (!isAway || stopping.aborted) throw error;
      if (isFirst) logger.debug({ err: error }, "a change of an accepted job waits for the database");
      await sleep(AWAY_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
    }
  }
}
