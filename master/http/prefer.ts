import type { IncomingMessage } from "node:http";

/** What a client asked for with `Prefer` (RFC 7240). */
export interface Preferences {
  readonly respondAsync: boolean;
  /** Results inline, where they are JSON. */
  readonly representation: boolean;
  /** For `Preference-Applied`. */
  readonly applied: readonly string[];
}

export function readPreferences(req: IncomingMessage): Preferences {
  const raw = req.headers.prefer;
  const given = (Array.isArray(raw) ? raw.join(",") : (raw ?? "")).split(/[,;]/).map((preference) =>
    preference
      .trim()
      .toLowerCase()
      .replaceAll(/\s*=\s*|"/g, (m) => (m === '"' ? "" : "=")),
  );
  const respondAsync = given.includes("respond-async");
  const representation = given.includes("return=representation");
  return {
    respondAsync,
    representation,
    applied: [
      ...(respondAsync ? ["respond-async"] : []),
      ...(representation ? ["return=representation"] : []),
    ],
  };
}
