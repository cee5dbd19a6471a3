import type { Response } from "express";
import { UnavailableError } from "../../shared/errors.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { FollowedJob } from "../jobs/followed.ts";
import type { JobRunner } from "../jobs/runner.ts";
import type { Waiters } from "../jobs/waiters.ts";

/** Deps of a request that waits for its job. */
export interface WaitingDeps {
  readonly waiters: Pick<Waiters, "enter" | "isBound">;
  readonly runner: Pick<JobRunner, "cancel">;
  readonly registry: Pick<SlaveRegistry, "all" | "isAnyAlive" | "isAnyExpected">;
  /** A job whose client waits ends when no slave has answered the master for so many seconds. */
  readonly noSlavesSeconds: number;
}

const NO_SLAVES = { code: "no_slaves", message: "No slaves available" } as const;
const HINT = "Start one (npm run slave), or send the job with `Prefer: respond-async` to let it wait.";

/** Counts a waiting client, and cancels the job when it has no slave for too long. Returns a function that ends both. */
export function waitFor(
  { waiters, runner, registry, noSlavesSeconds }: WaitingDeps,
  job: FollowedJob,
  res: Response,
): () => void {
  const leave = waiters.enter(job.id);
  res.once("close", leave);
  if (res.destroyed) leave();
  let secondsAlone = 0;
  const timer = setInterval(() => {
    secondsAlone = registry.isAnyAlive() ? 0 : secondsAlone + 1;
    if (secondsAlone < noSlavesSeconds || !waiters.isBound(job.id)) return;
    // The next second tries again.
    runner.cancel(job.id, NO_SLAVES).catch(() => undefined);
  }, 1000);
  return () => {
    clearInterval(timer);
    leave();
  };
}

/**
 * Before the body is read: a client must not send gigabytes to learn that there is no slave.
 * @throws UnavailableError `no_slaves`
 */
export function requireSlaves(registry: WaitingDeps["registry"]): void {
  if (registry.isAnyExpected()) return;
  throw new UnavailableError(NO_SLAVES.code, NO_SLAVES.message, {
    details: { hint: [...silentSlaves(registry), HINT].join(" ") },
  });
}

/** Slaves that registered and do not answer: one of them is probably the slave that the client counts on. */
function silentSlaves(registry: Pick<SlaveRegistry, "all">): readonly string[] {
  const silent = registry.all().filter(({ state }) => state === "pending" || state === "lost");
  return silent.slice(0, 3).map(({ name, reason }) => `Slave ${name} registered, but ${reason}.`);
}
