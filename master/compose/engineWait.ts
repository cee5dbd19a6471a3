import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";

/** Time between two tries to reach an engine. */
const AGAIN_MS = 1_000;

export interface EngineWaitDeps {
  /** Longest wait, in seconds. */
  readonly seconds: number;
  readonly logger: Logger;
}

/**
 * Opens an engine, again each second while it does not answer: machines that start together come up in any order. An engine
 * that answers with a refusal ends the wait at once.
 * @throws the error of the last try
 */
export async function whenReachable<T>(
  open: () => Promise<T>,
  { seconds, logger }: EngineWaitDeps,
): Promise<T> {
  const until = Date.now() + seconds * 1_000;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await open();
    } catch (error) {
      if (!isAway(error) || Date.now() + AGAIN_MS > until) throw error;
      if (isFirst)
        logger.warn(
          `${error.message} The master waits up to ${seconds} s for it (ENGINE_WAIT_SECONDS), and then starts.`,
        );
      await sleep(AGAIN_MS);
    }
  }
}

function isAway(error: unknown): error is AppError {
  return (
    error instanceof AppError &&
    isCode(error.code, "database_unavailable", "store_unavailable", "queue_unavailable")
  );
}
