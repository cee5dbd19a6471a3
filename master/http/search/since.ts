import { badQuery } from "./tokens.ts";

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const AGO = /^(?<count>\d{1,9})(?<unit>[smhdw])$/i;
const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/i;

/**
 * The time that `2h` ago was, or that a date (its first moment) or a time of ISO 8601 is; UTC unless said.
 * @param now ms since 1970 @param position of the value, for the error @throws RequestError `bad_query`
 */
export function timeOf(value: string, now: number, position: number): number {
  const { count, unit = "" } = AGO.exec(value)?.groups ?? {};
  if (count !== undefined) return now - Number(count) * UNIT_MS[unit.toLowerCase() as keyof typeof UNIT_MS];
  const time = DATE.test(value) ? Date.parse(inUtc(value)) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  const valid = ["30m", "2h", "7d", "2026-11-01", "2026-11-01T12:00Z"];
  throw badQuery({ position, problem: `${value.slice(0, 40)} is not a time`, valid });
}

/** A date alone is UTC by itself; a time without a zone would be that of this machine. */
function inUtc(value: string): string {
  return /T/i.test(value) && !/(?:Z|[+-]\d\d:\d\d)$/i.test(value) ? `${value}Z` : value;
}
