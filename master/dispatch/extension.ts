import type { Logger } from "../../shared/logger.ts";
import type { UnitQueue } from "../queue/port.ts";
import type { ActiveLease } from "./activeLease.ts";

export interface ExtensionDeps {
  readonly queue: Pick<UnitQueue, "extend">;
  readonly logger: Logger;
  /** A lease that is not extended for so long expires. */
  readonly leaseSeconds: number;
  readonly transport: { readonly silenceSeconds: number };
}

/** Extends a lease three times in its term, and ends it once a unit of it is overdue. Returns a function that stops this. */
export function keepExtended(deps: ExtensionDeps, active: ActiveLease): () => void {
  const { queue, logger, leaseSeconds, transport } = deps;
  const notExtended = (error: unknown) =>
    logger.warn(
      { err: error, lease: active.lease.id },
      "a lease could not be extended: the next extension tries again",
    );
  const extend = () => {
    if (active.isOverdue(transport.silenceSeconds)) active.end("overdue");
    else queue.extend(active.lease, leaseSeconds).catch(notExtended);
  };
  const timer = setInterval(extend, (leaseSeconds * 1000) / 3);
  return () => clearInterval(timer);
}
