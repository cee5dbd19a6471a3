import type { Meter } from "../blocks.ts";

/** Lowest and highest sample of each section, full scale 1, to 5 decimals. */
export interface Waveform {
  readonly min: readonly number[];
  readonly max: readonly number[];
}

/**
 * An overview for drawing: `points` sections of (nearly) equal length, point i over the frames from
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
          min[point] = lowest(plane, { from, to, start: min[point] ?? 0 });
          max[point] = -lowest(plane, { from, to, start: -(max[point] ?? 0), sign: -1 });
        }
        from = to;
        if (to === end) point += 1;
      }
      seen += block.frames;
    },
    result: () => ({ min: rounded(min), max: rounded(max) }),
  };
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly sign?: 1 | -1;
}

/** The least of `start` and the samples of a section times `sign`. */
function lowest(samples: Float64Array, { from, to, start, sign = 1 }: Stretch): number {
  let least = start;
  for (let i = from; i < to; i += 1) {
    const x = sign * (samples[i] ?? 0);
    if (x < least) least = x;
  }
  return least;
}

function rounded(values: Float64Array): number[] {
  return Array.from(values, (value) => Math.round(value * 1e5) / 1e5 + 0);
}
