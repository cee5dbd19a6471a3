import { createHash } from "node:crypto";
import { AppError, ConfigError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import type { Bundles } from "../queue/shared/bundles.ts";
import { whenReachable } from "./engineWait.ts";

export interface SharingDeps {
  readonly config: Pick<MasterConfig, "databaseUrl" | "queueUrl" | "engineWaitSeconds" | "store">;
  readonly logger: Logger;
}

/**
 * Opens the engine through which masters share the units of jobs; undefined for a master that works alone.
 * @throws AppError `bad_configuration`, `queue_unavailable`, `migration_needed`, `driver_missing`
 */
export async function openSharing({ config, logger }: SharingDeps): Promise<Bundles | undefined> {
  const { databaseUrl, queueUrl, store } = config;
  if (databaseUrl === undefined || store === undefined) {
    if (queueUrl === undefined) return undefined;
    throw new ConfigError(
      "QUEUE_URL needs DATABASE_URL and STORE_URL: masters share files of jobs only where they share the jobs and their bytes.",
    );
  }
  const { openBullBundles } = await import("../queue/shared/bull/openBullBundles.ts");
  const onTrouble = (trouble: AppError | undefined) => {
    if (trouble === undefined) logger.info("the queue answers again: masters share their work");
    else
      logger.error(
        { err: trouble },
        "the queue cannot be used: each master does its own jobs, new ones are refused",
      );
  };
  const warn = (risk: string) => logger.warn(risk);
  const scope = scopeOf(store.place);
  try {
    const open = () => openBullBundles({ url: queueUrl ?? databaseUrl, scope, onTrouble, warn });
    return await whenReachable(open, { seconds: config.engineWaitSeconds, logger });
  } catch (error) {
    const isLeftOut = error instanceof AppError && error.code === "driver_missing" && queueUrl === undefined;
    if (!isLeftOut) throw error;
    logger.warn(
      "the package bullmq is not installed: the files of a job are done by the slaves of one master. To share them: npm install bullmq",
    );
    return undefined;
  }
}

/** Masters with one bucket share their jobs: others may use the same engine. */
function scopeOf({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }): string {
  return createHash("sha256").update(`${bucket}/${prefix}`).digest("hex").slice(0, 8);
}
