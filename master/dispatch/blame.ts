import { isNoSpace } from "../../shared/errors.ts";
import { SlaveFullError } from "../lease/client.ts";
import { type EndReason, FULL_DISK_REST_MS } from "./activeLease.ts";

/**
 * The cause of a failed lease. `master`: it ended the lease itself, or the slave is not at fault. `full`:
 * there is no room at the slave, or on the master's disk for its parts; the slave rests. `slave`: the slave is in
 * trouble, unless its inputs are missing.
 */
export type Blame =
  | { readonly on: "master" }
  | { readonly on: "full"; readonly restMs: number }
  | { readonly on: "slave" };

/** Ends of leases that count against the slave. */
const SLAVES_FAULT: ReadonlySet<EndReason> = new Set(["slave_lost", "overdue"]);

export function blameFor(endReason: EndReason | undefined, error: unknown): Blame {
  if (endReason !== undefined) return { on: SLAVES_FAULT.has(endReason) ? "slave" : "master" };
  if (isNoSpace(error)) return { on: "full", restMs: FULL_DISK_REST_MS };
  if (error instanceof SlaveFullError) return { on: "full", restMs: (error.retryAfter ?? 1) * 1000 };
  return { on: "slave" };
}
