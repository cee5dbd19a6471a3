import { fixed } from "../parts/figures.tsx";
import type { ChannelLevels } from "./result.ts";

/** Lowest level of the scale, in dBFS. */
const FLOOR = -60;
const MOST_CHANNELS = 16;

/** A meter for each channel: RMS as a bar, the peak as a line, red where it reaches full scale. */
export function Meters({ channels }: { readonly channels: readonly ChannelLevels[] }) {
  return (
    <div class="meters">
      {channels.slice(0, MOST_CHANNELS).map((levels, at) => (
        <Meter key={at} name={nameOf(at, channels.length)} levels={levels} />
      ))}
      <div class="scale" aria-hidden="true">
        {[-60, -48, -36, -24, -12, 0].map((level) => (
          <span key={level} style={{ left: place(level) }}>
            {fixed(level, 0)}
          </span>
        ))}
      </div>
    </div>
  );
}

function nameOf(at: number, channels: number): string {
  if (channels === 1) return "mono";
  return channels === 2 ? (at === 0 ? "left" : "right") : `channel ${at + 1}`;
}

function place(level: number): string {
  return `${(100 * (Math.max(FLOOR, Math.min(0, level)) - FLOOR)) / -FLOOR}%`;
}

function Meter({ name, levels }: { readonly name: string; readonly levels: ChannelLevels }) {
  const { rms_dbfs: rms, peak_dbfs: peak, true_peak_dbtp: truePeak } = levels;
  const isOver = (truePeak ?? peak ?? FLOOR) >= 0;
  return (
    <div class="level">
      <span>{name}</span>
      <div class="bar2">
        <i style={{ width: place(rms ?? FLOOR) }} />
        <b class={isOver ? "over" : ""} style={{ left: place(peak ?? FLOOR) }} />
      </div>
      <span class="num">{`RMS ${fixed(rms)}, peak ${fixed(peak)} dBFS`}</span>
    </div>
  );
}
