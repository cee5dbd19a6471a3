import type { Percentiles } from "../../shared/contract/outlook.ts";
import { type Histogram, percentile } from "../record/histogram.ts";

/** Undefined for a histogram without times. */
export function percentilesView(histogram: Histogram = []): Percentiles | undefined {
  const [p50, p95] = [percentile(histogram, 0.5), percentile(histogram, 0.95)];
  return p50 === undefined || p95 === undefined ? undefined : { p50: rounded(p50), p95: rounded(p95) };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
