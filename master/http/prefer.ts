import type { IncomingMessage } from "node:http";
import { MAX_WAIT_SECONDS } from "../../shared/contract/requests.ts";

/** Preferences of a client, from the header `Prefer` (RFC 7240). */
export interface Preferences {
  readonly respondAsync: boolean;
  /** With `respond-async`: seconds to wait for the job before the 202. */
  readonly waitSeconds: number | undefined;
  /** JSON results stand in the answer itself. */
  readonly representation: boolean;
}

export function readPreferences(req: IncomingMessage): Preferences {
  const raw = req.headers.prefer;
  const given = new Map<string, string>();
  for (const preference of (Array.isArray(raw) ? raw.join(",") : (raw ?? "")).split(/[,;]/)) {
    const [name = "", value = ""] = preference.split("=").map((side) => side.trim().replaceAll('"', ""));
    // Of two values the first counts (RFC 7240, section 2).
    if (!given.has(name.toLowerCase())) given.set(name.toLowerCase(), value.toLowerCase());
  }
  const respondAsync = given.has("respond-async");
  const wait = /^\d{1,6}$/.test(given.get("wait") ?? "") ? Number(given.get("wait")) : undefined;
  return {
    respondAsync,
    waitSeconds: respondAsync && wait !== undefined ? Math.min(wait, MAX_WAIT_SECONDS) : undefined,
    representation: given.get("return") === "representation",
  };
}

/** Value of `Preference-Applied`, for a 202 or for an answer that waited. */
export function appliedPreferences(
  { respondAsync, waitSeconds }: Preferences,
  answer: { readonly accepted: boolean; readonly inline: boolean },
): string | undefined {
  const applied = [
    ...(respondAsync && answer.accepted ? ["respond-async"] : []),
    ...(waitSeconds === undefined ? [] : [`wait=${waitSeconds}`]),
    ...(answer.inline ? ["return=representation"] : []),
  ];
  return applied.length === 0 ? undefined : applied.join(", ");
}
