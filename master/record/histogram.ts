/** Counts of times by their length: bucket n holds seconds from `LEAST * STEP ** (n - 1)` on; bucket 0 all shorter ones. */
export type Histogram = readonly number[];

const LEAST_SECONDS = 0.001;
/** Ratio of neighbouring bounds: a percentile is off by a tenth at most. */
const STEP = 1.2;
const LOG_STEP = Math.log(STEP);
/** Up to 136 days. */
const BUCKETS = 128;

/** The histogram with one more time. */
export function withTime(histogram: Histogram = [], seconds: number): Histogram {
  const counts = histogram.slice();
  addTime(counts, seconds);
  return counts;
}

export function addTime(counts: number[], seconds: number): void {
  const bucket = bucketOf(seconds);
  for (let length = counts.length; length <= bucket; length += 1) counts.push(0);
  counts[bucket] = (counts[bucket] ?? 0) + 1;
}

export function addHistogram(counts: number[], more: Histogram): void {
  for (const [bucket, count] of more.entries()) counts[bucket] = (counts[bucket] ?? 0) + count;
}

/** Seconds that a share of the times does not exceed; undefined when there are no times. */
export function percentile(histogram: Histogram, share: number): number | undefined {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = share * total;
  const bucket = histogram.findIndex((count) => {
    left -= count;
    return left <= 0;
  });
  return bucket <= 0 ? 0 : LEAST_SECONDS * STEP ** (bucket - 0.5);
}

function bucketOf(seconds: number): number {
  if (!(seconds >= LEAST_SECONDS)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(seconds / LEAST_SECONDS) / LOG_STEP));
}
