import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import type { ChangeHub } from "../hub.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { openSqliteRecord } from "../record/sqlite/sqliteRecord.ts";
import type { RetryWhileFull } from "../upkeep/diskSpace.ts";

/** Time between two tries while the database is away. */
const AWAY_MS = 1_000;

export interface RecordDeps {
  readonly config: Pick<MasterConfig, "databaseUrl">;
  /** File of the record where there is no database. */
  readonly file: string;
  readonly hub: ChangeHub;
  readonly logger: Logger;
  readonly retryWhileFull: RetryWhileFull;
  readonly stopping: AbortSignal;
}

/** Opens the record of jobs in the database that is configured, else in a file. */
export async function openRecord(deps: RecordDeps): Promise<RecordOfJobs> {
  const { config, file, hub, retryWhileFull } = deps;
  const { databaseUrl: url } = config;
  if (url === undefined) return await openSqliteRecord({ file, hub, retry: retryWhileFull });
  const { openPostgresRecord } = await import("../record/postgres/openPostgresRecord.ts");
  const retry: RetryWhileFull = (work) => retryWhileFull(() => retryWhileAway(work, deps));
  // The queue in memory is one master's: two would both run every job.
  return await openPostgresRecord({ url, hub, retry, masters: "one" });
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
      if (isFirst) logger.error({ err: error }, "the database does not answer: accepted jobs wait for it");
      await sleep(AWAY_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
    }
  }
}
