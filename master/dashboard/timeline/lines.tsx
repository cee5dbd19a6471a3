import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Timeline } from "../../../shared/contract/timeline.ts";
import { shownTheme } from "../app/theme.ts";
import { LABELS } from "./drawing.ts";
import { colourReader } from "./paint.ts";
import type { ViewWindow } from "./window.ts";

interface LinesProps {
  readonly timeline: Timeline;
  readonly shown: ViewWindow;
  readonly width: number;
}

const HEIGHT = 150;
/** Width of the turned words beside the axis. */
const LABEL = 16;

/** Files a second and files waiting, below the slots and on the same axis of time. */
export function Lines({ timeline, shown, width }: LinesProps) {
  const ref = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const chosen = shownTheme.value;
  useEffect(() => {
    if (ref.current === null || width < 200) return;
    plot.current = new uPlot(settings(width), dataOf(timeline), ref.current);
    return () => plot.current?.destroy();
  }, [width, chosen]);
  useEffect(() => {
    plot.current?.setData(dataOf(timeline), false);
    plot.current?.setScale("x", { min: shown.from / 1_000, max: shown.to / 1_000 });
  }, [timeline, shown.from, shown.to, width, chosen]);
  return <div class="lines" ref={ref} role="img" aria-label="Files a second and files waiting over time" />;
}

/** An interval without work is left out of the answer: the lines go to zero there. */
function dataOf({ throughput }: Timeline): uPlot.AlignedData {
  const times: number[] = [];
  const done: number[] = [];
  const waiting: number[] = [];
  const point = (at: number, speed: number, left: number) => {
    times.push(at / 1_000);
    done.push(speed);
    waiting.push(left);
  };
  let end = Number.NEGATIVE_INFINITY;
  for (const { at, seconds, done: ok, failed, waiting: left } of throughput) {
    if (at - end > seconds * 100 && end > 0) point(end + 1, 0, 0);
    if (at - end > seconds * 100) point(at - 1, 0, 0);
    point(at, ok + failed, left);
    end = at + seconds * 1_000;
  }
  return [times, done, waiting];
}

function settings(width: number): uPlot.Options {
  const colour = colourReader();
  const axis = {
    stroke: colour("--ink-3"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, 0, 10, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: true, auto: false }, speed: { range: fromZero }, waiting: { range: fromZero } },
    series: [
      {},
      { scale: "speed", stroke: colour("--accent"), width: 1.6 },
      { scale: "waiting", stroke: colour("--ink-3"), width: 1.4, dash: [4, 3] },
    ],
    axes: [
      { ...axis, show: false },
      { ...axis, scale: "speed", size: LABELS - LABEL, label: "files/s", labelSize: LABEL, labelGap: 0 },
    ],
  };
}

function fromZero(_plot: uPlot, _min: number, max: number): [number, number] {
  return [0, Math.max(1, (max || 0) * 1.1)];
}
