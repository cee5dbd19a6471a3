import { place, setQuery } from "../app/router.ts";
import { masterNow } from "../data/clock.ts";

/** Milliseconds since 1970. */
export interface ViewWindow {
  readonly from: number;
  readonly to: number;
}

const SHORTEST_MS = 1_000;
const LONGEST_MS = 400 * 24 * 3_600_000;

export const SPANS = [
  { id: "5m", title: "5 min", ms: 300_000 },
  { id: "20m", title: "20 min", ms: 1_200_000 },
  { id: "1h", title: "1 hour", ms: 3_600_000 },
  { id: "6h", title: "6 hours", ms: 21_600_000 },
  { id: "1d", title: "1 day", ms: 86_400_000 },
  { id: "7d", title: "7 days", ms: 604_800_000 },
] as const;

/** The window that the address names: fixed by `from` and `to`, else the time until now (`last=1h`). */
export function windowNow(): ViewWindow & { readonly isLive: boolean } {
  const { query } = place.value;
  const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
  if (from > 0 && to > from) return { from, to, isLive: false };
  const now = masterNow();
  return { from: now - lastSpan().ms, to: now, isLive: true };
}

export function lastSpan(): (typeof SPANS)[number] {
  return SPANS.find(({ id }) => id === place.value.query.get("last")) ?? SPANS[1];
}

export function showWindow({ from, to }: ViewWindow): void {
  setQuery({ from: String(Math.round(from)), to: String(Math.round(to)) });
}

/** Shows the time until now, and follows it. */
export function showLast(id: string): void {
  setQuery({ last: id, from: "", to: "" });
}

/** @param share of the window's length; positive goes to later times */
export function panned({ from, to }: ViewWindow, share: number): ViewWindow {
  const by = (to - from) * share;
  return { from: from + by, to: to + by };
}

/** @param at place that stays where it is, from 0 (left) to 1 */
export function zoomed({ from, to }: ViewWindow, factor: number, at = 0.5): ViewWindow {
  const length = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (to - from) * factor));
  const fixed = from + (to - from) * at;
  return { from: fixed - length * at, to: fixed + length * (1 - at) };
}
