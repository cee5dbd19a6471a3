import type { WebhookTry } from "../record/callback.ts";
import type { WebhookAnswer } from "./send.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Pauses after the first try, the second one and so on, in milliseconds: 23 hours in all. */
const PAUSES = [3_000, 30_000, 3 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 13 * HOUR];
/** Part of a pause by which it may be longer or shorter, so that the tries of many jobs do not come at once. */
const JITTER = 0.2;
/** Longest `Retry-After` that counts. */
const LONGEST_WISH = HOUR;

/** A try that has ended: an answer, or the reason why there was none. */
export type TryEnd = WebhookAnswer | { readonly error: string };

export interface TryTerms {
  /** Tries before this one. */
  readonly attempts: number;
  readonly now: number;
  /** From 0 to 1. */
  readonly random: number;
}

/** What is recorded of a try: 2xx is the end, 410 as well, and after anything else the next try is due after a pause. */
export function afterTry(end: TryEnd, { attempts, now, random }: TryTerms): WebhookTry {
  const status = "status" in end ? end.status : undefined;
  const told = "status" in end ? { lastStatus: end.status } : { lastError: end.error };
  if (status !== undefined && status >= 200 && status < 300) return { state: "delivered", ...told };
  const pause = PAUSES[attempts];
  if (status === 410 || pause === undefined) return { state: "failed", ...told };
  const wished = "status" in end ? Math.min((end.retryAfter ?? 0) * 1_000, LONGEST_WISH) : 0;
  const jittered = pause * (1 + JITTER * (2 * random - 1));
  return { state: "pending", ...told, nextAt: now + Math.round(Math.max(jittered, wished)) };
}
