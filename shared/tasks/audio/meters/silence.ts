import type { Meter, SampleBlock } from "../blocks.ts";

/** Length of a window, in seconds. */
export const SILENCE_WINDOW = 0.05;

export interface Silence {
  /** Share of the recording's frames in silent windows, 0..1; NaN without frames. */
  readonly share: number;
  /** Number of frames of silent windows before the first loud window, and after the last. */
  readonly leading: number;
  readonly trailing: number;
}

/**
 * Windows of 50 ms, one after the other, whose RMS over all channels is below `dbfs` (dB relative to full
 * scale 1) are silent; the last window may be shorter.
 */
export function silenceMeter(sampleRate: number, dbfs: number): Meter<Silence> {
  const length = Math.max(1, Math.round(sampleRate * SILENCE_WINDOW));
  const threshold = 10 ** (dbfs / 10);
  let filled = 0;
  let squares = 0;
  let total = 0;
  let silent = 0;
  let leading = 0;
  let trailing = 0;
  const close = (channels: number) => {
    const quiet = squares / (filled * channels) < threshold;
    if (quiet && total === leading) leading += filled;
    trailing = quiet ? trailing + filled : 0;
    if (quiet) silent += filled;
    total += filled;
    filled = 0;
    squares = 0;
  };
  let channelCount = 1;
  return {
    add({ channels, frames }: SampleBlock) {
      channelCount = channels.length;
      for (let from = 0; from < frames; ) {
        const to = Math.min(frames, from + length - filled);
        for (const plane of channels) squares += energy(plane, from, to);
        filled += to - from;
        from = to;
        if (filled === length) close(channelCount);
      }
    },
    result() {
      if (filled > 0) close(channelCount);
      return { share: silent / total, leading, trailing };
    },
  };
}

function energy(samples: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += (samples[i] ?? 0) ** 2;
  return sum;
}
