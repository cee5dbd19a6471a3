import { AppError, UnavailableError } from "../../../../shared/errors.ts";
import { BullBundles } from "./bullBundles.ts";
import type { EngineOptions, QueueEngine } from "./engine.ts";
import type { EngineWatchDeps } from "./engineWatch.ts";

export interface BullBundlesOptions extends EngineOptions {
  readonly onTrouble: EngineWatchDeps["onTrouble"];
}

/**
 * Bundles in a Redis or in a PostgreSQL database.
 * @throws AppError `queue_unavailable`, `migration_needed`, `driver_missing`, `bad_configuration`
 */
export async function openBullBundles({ onTrouble, ...options }: BullBundlesOptions): Promise<BullBundles> {
  let engine: QueueEngine | undefined;
  try {
    engine = await openEngine(options);
    const bundles = new BullBundles(engine, onTrouble);
    await bundles.start();
    return bundles;
  } catch (error) {
    await engine?.close();
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    const problem = `The queue (QUEUE_URL) does not answer: ${reason}. See that its server runs, and that this machine reaches it.`;
    throw new UnavailableError("queue_unavailable", problem, { cause: error });
  }
}

async function openEngine(options: EngineOptions): Promise<QueueEngine> {
  if (/^rediss?:/.test(options.url)) return await (await import("./redis.ts")).openRedis(options);
  return await (await import("./postgres.ts")).openPostgres(options);
}
