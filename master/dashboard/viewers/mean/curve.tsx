import { useMemo, useState } from "preact/hooks";
import { Canvas, type CanvasArea } from "../parts/canvas.tsx";
import { type Bin, binsOf } from "./bins.ts";
import { figure, type MeanOfJob } from "./result.ts";

/** Steps of the curve; more indexes than that are drawn several to a step. */
const MOST_STEPS = 240;

/** The mean over the index; a pointer or the arrow keys read one index off. */
export function Curve({ of }: { readonly of: MeanOfJob }) {
  const [at, setAt] = useState(0);
  const bins = useMemo(() => binsOf(of, MOST_STEPS), [of]);
  const last = Math.max(0, of.length - 1);
  const each = bins[0]?.indexes ?? 1;
  return (
    <div class="curve">
      <Canvas
        label={`Mean at ${of.length} indexes`}
        height={220}
        draw={(area) => drawCurve(area, bins, { ...limits(of), at: last === 0 ? 0.5 : at / last })}
        deps={[bins, at]}
      />
      <input
        type="range"
        min={0}
        max={last}
        value={at}
        aria-label="Index"
        aria-valuetext={sentenceAt(of, at)}
        onInput={(event) => setAt(Number(event.currentTarget.value))}
        onPointerMove={(event) => setAt(indexAt(event, last))}
      />
      <p class="quiet small">
        {sentenceAt(of, at)}
        {each > 1 && `. A step of the curve stands for ${each} indexes.`}
      </p>
    </div>
  );
}

function indexAt(event: PointerEvent, last: number): number {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return Math.max(0, Math.min(last, Math.round(((event.clientX - box.left) / box.width) * last)));
}

function sentenceAt(of: MeanOfJob, at: number): string {
  const spread = of.stddev[at] == null ? "" : ` ± ${figure(of.stddev[at])}`;
  return `Index ${at.toLocaleString("en")}: mean ${figure(of.mean[at])}${spread}, from ${figure(of.min[at])} to ${figure(of.max[at])}, ${of.count[at] ?? 0} values`;
}

interface Limits {
  readonly least: number;
  readonly largest: number;
}

function limits({ overall: { min, max } }: MeanOfJob): Limits {
  if (min === null || max === null) return { least: 0, largest: 1 };
  return min === max ? { least: min - 0.5, largest: max + 0.5 } : { least: min, largest: max };
}

interface Scales {
  readonly x: (share: number) => number;
  readonly y: (value: number) => number;
}

/** Room for the numbers beside the curve, in pixels; `mean.css` has the same. */
const GUTTER = 64;

function drawCurve(
  area: CanvasArea,
  bins: readonly Bin[],
  { at, least, largest }: Limits & { readonly at: number },
): void {
  const { context, width, height, color } = area;
  const scales: Scales = {
    x: (share) => GUTTER + share * (width - GUTTER),
    y: (value) => height - 8 - ((value - least) / (largest - least)) * (height - 16),
  };
  context.clearRect(0, 0, width, height);
  drawGrid(area, { least, largest }, scales);
  context.fillStyle = color("--accent");
  context.globalAlpha = 0.12;
  fillBetween(context, bins, { ...scales, low: ({ min }) => min, high: ({ max }) => max });
  context.globalAlpha = 0.28;
  fillBetween(context, bins, {
    ...scales,
    low: ({ mean, stddev, min }) => Math.max(min, mean - stddev),
    high: ({ mean, stddev, max }) => Math.min(max, mean + stddev),
  });
  context.globalAlpha = 1;
  context.strokeStyle = color("--accent");
  context.lineWidth = 2;
  context.beginPath();
  for (const { at: place, mean } of bins) context.lineTo(scales.x(place), scales.y(mean));
  context.stroke();
  context.fillStyle = color("--ink-2");
  context.fillRect(scales.x(at), 0, 1, height);
}

function drawGrid({ context, width, color }: CanvasArea, { least, largest }: Limits, { y }: Scales): void {
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const value = least + share * (largest - least);
    context.fillStyle = color("--line");
    context.fillRect(GUTTER, Math.round(y(value)), width - GUTTER, 1);
    context.fillStyle = color("--ink-3");
    context.fillText(figure(Number(value.toPrecision(4))), GUTTER - 8, y(value));
  }
}

interface Between extends Scales {
  readonly low: (bin: Bin) => number;
  readonly high: (bin: Bin) => number;
}

function fillBetween(
  context: CanvasRenderingContext2D,
  bins: readonly Bin[],
  { x, y, low, high }: Between,
): void {
  context.beginPath();
  for (const bin of bins) context.lineTo(x(bin.at), y(high(bin)));
  for (const bin of bins.toReversed()) context.lineTo(x(bin.at), y(low(bin)));
  context.fill();
}
