import type { IncomingMessage } from "node:http";
import { MAX_WAIT_SECONDS } from "../../shared/contract/requests.ts";

/** What a client asked for with `Prefer` (RFC 7240). */
export interface Preferences {
  readonly respondAsync: boolean;
  /** With `respond-async`: seconds to wait for the job before the 202. */
  readonly waitSeconds: number | undefined;
  /** Results inline, where they are JSON. */
  readonly representation: boolean;
}

export function readPreferences(req: IncomingMessage): Preferences {
  const raw = req.headers.prefer;
  const given = new Map<string, string>();
  for (const preference of (Array.isArray(raw) ? raw.join(",") : (raw ?? "")).split(/[,;]/)) {
    const [name = "", value = ""] = preference.split("=").map((side) => side.trim().replaceAll('"', ""));
    // The first of two counts, says the RFC.
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

/** `Preference-Applied` of a 202, or of an answer that waited. */
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
