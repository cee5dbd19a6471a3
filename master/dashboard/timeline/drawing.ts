import type { Timeline, TimelineSpan } from "../../../shared/contract/timeline.ts";
import type { ViewWindow } from "./window.ts";

/** The Gantt chart as rectangles and texts; canvas and SVG draw the same ones. */
export interface GanttDrawing {
  readonly width: number;
  readonly height: number;
  readonly rects: readonly Rect[];
  readonly texts: readonly Text[];
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: Colour;
  readonly opacity?: number;
}

export interface Text {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly align: "left" | "center";
}

/** Names of the style sheet's colours. */
export type Colour = `--${string}`;

export const LABELS = 124;
export const LANE = 22;
const BAR = 15;
const AXIS = 26;
/** Spans are at least this wide, so that a short unit is seen. */
const LEAST = 1;

const TASK_COLOURS: Readonly<Record<string, Colour>> = {
  ocr: "--run",
  text: "--done",
  document: "--warn",
  image: "--t-image",
  audio: "--t-audio",
  embedding: "--t-embedding",
  mean: "--t-mean",
};

export function colourOf({ task, state }: Pick<TimelineSpan, "task" | "state">): Colour {
  return state === "failed" ? "--fail" : (TASK_COLOURS[task] ?? "--ink-3");
}

export function drawingOf(timeline: Timeline, shown: ViewWindow, width: number): GanttDrawing {
  const scale = (width - LABELS) / (shown.to - shown.from);
  const at = (time: number) => LABELS + (time - shown.from) * scale;
  const height = timeline.lanes.length * LANE + AXIS;
  const ticks = ticksOf(shown, width - LABELS);
  return {
    width,
    height,
    rects: [
      ...timeline.lanes.map((_, lane) => laneRect(lane, width)),
      ...timeline.lanes.flatMap(({ spans }, lane) => spans.flatMap((span) => spanRect(span, lane, at))),
      ...ticks.map(({ time }) => tickRect(at(time), height)),
      ...timeline.slaves
        .filter(({ at: time }) => time >= shown.from)
        .map(({ at: time }) => eventRect(at(time), height)),
    ],
    texts: [
      ...timeline.lanes.map(
        ({ slave, slot }, lane): Text => ({
          x: 0,
          y: lane * LANE + LANE / 2,
          text: cut(`${slave}, slot ${slot + 1}`),
          align: "left",
        }),
      ),
      ...ticks.map(({ time, label }): Text => ({ x: at(time), y: height - 9, text: label, align: "center" })),
    ],
  };
}

const LONGEST_LABEL = 18;

function cut(label: string): string {
  return label.length <= LONGEST_LABEL ? label : `…${label.slice(1 - LONGEST_LABEL)}`;
}

function laneRect(lane: number, width: number): Rect {
  return { x: LABELS, y: lane * LANE + 3, width: width - LABELS, height: BAR, fill: "--sunken" };
}

function spanRect(span: TimelineSpan, lane: number, at: (time: number) => number): readonly Rect[] {
  const from = Math.max(LABELS, at(span.from));
  const to = at(span.to);
  if (to < LABELS) return [];
  // A span that joins many units is as strong as its slot was busy.
  const busy = span.to > span.from ? Math.min(1, (span.busy_seconds * 1_000) / (span.to - span.from)) : 1;
  return [
    {
      x: from,
      y: lane * LANE + 3,
      width: Math.max(LEAST, to - from - (to - from > 4 ? 1 : 0)),
      height: BAR,
      fill: colourOf(span),
      opacity: 0.35 + 0.5 * busy,
    },
  ];
}

function tickRect(x: number, height: number): Rect {
  return { x, y: 0, width: 1, height: height - AXIS + 4, fill: "--line", opacity: 0.7 };
}

function eventRect(x: number, height: number): Rect {
  return { x, y: 0, width: 1.5, height: height - AXIS, fill: "--ink-2", opacity: 0.8 };
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
const TICK_WIDTH = 110;

/** Times on round local minutes or hours, with room for their labels. */
export function ticksOf({ from, to }: ViewWindow, width: number) {
  const least = ((to - from) / 1_000) * (TICK_WIDTH / Math.max(width, 1));
  const seconds = STEPS.find((step) => step >= least) ?? 86_400 * Math.ceil(least / 86_400);
  const step = seconds * 1_000;
  const shift = new Date(from).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from - shift) / step) * step + shift;
  const ticks: { readonly time: number; readonly label: string }[] = [];
  for (let time = first; time <= to; time += step) ticks.push({ time, label: labelOf(time, seconds) });
  return ticks;
}

function labelOf(time: number, step: number): string {
  const date = new Date(time);
  const clock = { hour: "2-digit", minute: "2-digit" } as const;
  if (step >= 86_400) return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return date.toLocaleTimeString("en-GB", step < 60 ? { ...clock, second: "2-digit" } : clock);
}

/** The span at a place of the drawing. */
export function spanAt(timeline: Timeline, shown: ViewWindow, { x, y, width }: Spot) {
  const lane = timeline.lanes[Math.floor(y / LANE)];
  if (lane === undefined || x < LABELS) return undefined;
  const perPixel = (shown.to - shown.from) / (width - LABELS);
  const time = shown.from + (x - LABELS) * perPixel;
  const span = lane.spans.find(
    ({ from, to }) => from - perPixel <= time && time <= Math.max(to, from + perPixel),
  );
  return span === undefined ? undefined : { lane, span };
}

export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}
