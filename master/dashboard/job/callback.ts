import type { JobCallback } from "../../../shared/contract/callback.ts";
import { count, duration } from "../ui/words.ts";

/** Where the end of a job is told, and what came of it, in a sentence. */
export function callbackSentence(callback: JobCallback): string {
  const { url, state, attempts } = callback;
  const tries = attempts === 1 ? "1 try" : `${count(attempts)} tries`;
  switch (state) {
    case "waiting":
      return `Its end will be told to ${url}.`;
    case "delivered":
      return `Its end was told to ${url}.`;
    case "pending":
      return `Its end is not told to ${url} yet: ${tries}${lastOf(callback)}. ${nextOf(callback)}`;
    case "failed":
      return `Its end could not be told to ${url}: ${tries}${lastOf(callback)}.`;
  }
}

function lastOf({ last_status, last_error }: JobCallback): string {
  if (last_error !== undefined) return `, ${last_error.replace(/\.$/, "")}`;
  return last_status === undefined ? "" : `, the answer was ${last_status}`;
}

function nextOf({ next_at }: JobCallback): string {
  const seconds = next_at === undefined ? 0 : (Date.parse(next_at) - Date.now()) / 1_000;
  return seconds < 1 ? "The next try is due now." : `The next try is due in ${duration(seconds)}.`;
}
