import type { Meter } from "../blocks.ts";

/** Lowest and highest sample of each stretch, full scale 1, to 5 decimals. */
export interface Waveform {
  readonly min: readonly number[];
  readonly max: readonly number[];
}

/**
 * An overview for drawing: `points` stretches of (nearly) equal length, point i over the frames from
 * floor(i * frames / points) on, each with the extremes over all channels. Never more points than frames.
 */
export function waveformMeter(frames: number, wanted: number): Meter<Waveform> {
  const points = Math.min(wanted, frames);
  const min = new Float64Array(points).fill(Number.POSITIVE_INFINITY);
  const max = new Float64Array(points).fill(Number.NEGATIVE_INFINITY);
  let seen = 0;
  let point = 0;
  return {
    add(block) {
      for (let from = 0; from < block.frames && point < points; ) {
        const end = Math.floor(((point + 1) * frames) / points) - seen;
        const to = Math.min(block.frames, end);
        for (const plane of block.channels) {
          const part = plane.subarray(from, to);
          min[point] = part.reduce((least, x) => Math.min(least, x), min[point] ?? 0);
          max[point] = part.reduce((most, x) => Math.max(most, x), max[point] ?? 0);
        }
        from = to;
        if (to === end) point += 1;
      }
      seen += block.frames;
    },
    result: () => ({ min: rounded(min), max: rounded(max) }),
  };
}

function rounded(values: Float64Array): number[] {
  return Array.from(values, (value) => Math.round(value * 1e5) / 1e5);
}
