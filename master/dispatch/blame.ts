import { AppError, isNoSpace, isStoreAway } from "../../shared/errors.ts";
import { SlaveFullError } from "../lease/client.ts";
import { type EndReason, FULL_DISK_REST_MS } from "./activeLease.ts";

/**
 * The cause of a failed lease. `master`: it ended the lease itself, or the slave is not at fault. `full`:
 * there is no room at the slave, or on the master's disk for its parts, or the store does not answer; the slave rests. `slave`: the slave is in
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
  if (isNoSpace(error) || isStoreAway(error)) return { on: "full", restMs: FULL_DISK_REST_MS };
  if (error instanceof SlaveFullError) return { on: "full", restMs: (error.retryAfter ?? 1) * 1000 };
  return { on: "slave" };
}

/** Why a lease failed, in words for the log. */
export function failureInWords(endReason: EndReason | undefined, error: unknown): string {
  if (endReason === "slave_lost") return "it does not answer";
  if (endReason === "overdue") return "it kept a file beyond its time";
  if (error instanceof AppError) return withoutStop(error.message);
  const { message = String(error), code } = error as { readonly message?: string; readonly code?: string };
  return `the connection broke (${code ?? message})`;
}

function withoutStop(sentence: string): string {
  const text = sentence.replace(/\.$/, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
}
