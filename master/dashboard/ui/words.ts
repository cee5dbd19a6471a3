import { masterNow } from "../data/clock.ts";

/** Numbers, sizes and times as people read them; counts have thousands separators everywhere. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

export function counted(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? "" : "s"}`;
}

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** Decimal units: `318 MB`. */
export function bytes(value: number): string {
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

/** A length of time in the two units that count: `46 min`, `1 h 5 min`, `1.8 s`. */
export function duration(seconds: number): string {
  if (seconds < 0.995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

export function rate(perSecond: number): string {
  return perSecond >= 10 ? count(Math.round(perSecond)) : perSecond.toFixed(1);
}

/** How long ago, from an ISO time: `18 min ago`. */
export function ago(time: string, now = masterNow()): string {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (seconds < 5) return "just now";
  return seconds < 90 ? `${Math.round(seconds)} s ago` : `${duration(seconds)} ago`;
}

/** First letters of an id: enough to tell jobs apart at a glance. The end of a ULID is random, its start is time. */
export function shortId(id: string): string {
  return id.slice(0, 10);
}
