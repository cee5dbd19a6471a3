import { Canvas, type CanvasArea } from "../parts/canvas.tsx";
import { fixed } from "../parts/figures.tsx";
import { clock, type LoudnessView } from "./result.ts";

interface LoudnessProps {
  readonly series: LoudnessView;
  readonly integrated: number | null | undefined;
  /** Seconds: where the sound is, and how long it is. */
  readonly at: number;
  readonly length: number;
}

/** Loudness over time under the waveform, on its scale of time; the numbers are those of the shown place. */
export function LoudnessChart({ series, integrated, at, length }: LoudnessProps) {
  const point = Math.min(series.points - 1, Math.max(0, Math.ceil(at / series.interval_seconds) - 1));
  const now = (values: readonly (number | null)[]) =>
    values[point] == null ? "–" : `${fixed(values[point])} LUFS`;
  return (
    <figure class="loudness" aria-label="Loudness over time">
      <Canvas
        label={`Loudness over ${clock(length)}: ${rangeOf(series)}`}
        height={120}
        draw={(area) => drawLoudness(area, series, { at, length, integrated })}
        deps={[series, at]}
      />
      <figcaption>
        <span class="momentary">over 400 ms: {now(series.momentary_lufs)}</span>
        <span class="short">over 3 s: {now(series.short_term_lufs)}</span>
        {integrated != null && <span class="whole">whole: {fixed(integrated)} LUFS</span>}
        <span class="quiet">at {clock(at)}</span>
      </figcaption>
    </figure>
  );
}

/** The chart in words. */
function rangeOf({ momentary_lufs: values }: LoudnessView): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return "silent, or too short to be measured";
  return `from ${fixed(Math.min(...known))} to ${fixed(Math.max(...known))} LUFS over 400 ms`;
}

/** Lowest and highest loudness of the scale, in LUFS, and its lines. */
const FLOOR = -60;
const LINES = [0, -12, -24, -36, -48];

interface Marks extends Pick<LoudnessProps, "at" | "length" | "integrated"> {}

function drawLoudness(area: CanvasArea, series: LoudnessView, { at, length, integrated }: Marks): void {
  const { context, width, height, color } = area;
  const y = (lufs: number) => 6 + ((height - 8) * Math.min(0, Math.max(FLOOR, lufs))) / FLOOR;
  const x = (point: number) => (width * Math.min(length, (point + 1) * series.interval_seconds)) / length;
  context.clearRect(0, 0, width, height);
  drawScale(area, y);
  context.fillStyle = color("--accent-soft");
  for (const [point, lufs] of series.momentary_lufs.entries())
    if (lufs !== null)
      context.fillRect(x(point - 1), y(lufs), x(point) - x(point - 1) + 0.5, height - y(lufs));
  drawLine(area, series.short_term_lufs, { x, y });
  if (integrated != null) {
    context.fillStyle = color("--warn");
    for (let from = 0; from < width; from += 9) context.fillRect(from, y(integrated), 5, 1.5);
  }
  context.fillStyle = color("--ink");
  if (at > 0) context.fillRect((width * at) / length, 0, 1.5, height);
}

function drawScale({ context, width, color }: CanvasArea, y: (lufs: number) => number): void {
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "bottom";
  for (const lufs of LINES) {
    context.fillStyle = color("--line");
    context.fillRect(0, y(lufs), width, 1);
    context.fillStyle = color("--ink-3");
    if (lufs < 0) context.fillText(fixed(lufs, 0), width - 4, y(lufs) - 1);
  }
}

interface Scales {
  readonly x: (point: number) => number;
  readonly y: (lufs: number) => number;
}

/** Gaps stay gaps: silence has no loudness. */
function drawLine(
  { context, color }: CanvasArea,
  values: readonly (number | null)[],
  { x, y }: Scales,
): void {
  context.strokeStyle = color("--accent");
  context.lineWidth = 1.75;
  context.beginPath();
  for (const [point, lufs] of values.entries()) {
    if (lufs === null) continue;
    if (values[point - 1] == null) context.moveTo(x(point) - 0.01, y(lufs));
    context.lineTo(x(point), y(lufs));
  }
  context.stroke();
}
