import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Timeline } from "../../../shared/contract/timeline.ts";
import { go } from "../app/router.ts";
import { shownTheme } from "../app/theme.ts";
import { counted, duration, shortId } from "../ui/words.ts";
import { drawingOf, type Spot, spanAt } from "./drawing.ts";
import { useGestures } from "./gestures.ts";
import { paint } from "./paint.ts";
import { lastSpan, type ViewWindow } from "./window.ts";

interface GanttProps {
  readonly timeline: Timeline;
  readonly shown: ViewWindow;
  readonly width: number;
}

/** What each slot worked on, a lane for each. */
export function Gantt({ timeline, shown, width }: GanttProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const spot = useSignal<Spot | undefined>(undefined);
  const drawing = drawingOf(timeline, shown, width);
  const chosen = shownTheme.value;
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, drawing);
  }, [timeline, shown.from, shown.to, width, chosen]);
  useGestures(canvas, shown, lastSpan().id);
  const under = spot.value && spanAt(timeline, shown, spot.value);
  return (
    <div class="gantt">
      {timeline.lanes.length === 0 && <p class="empty">No slot worked in this time.</p>}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={describe(timeline)}
        style={{ width: `${drawing.width}px`, height: `${drawing.height}px` }}
        onMouseMove={(event) => {
          spot.value = { x: event.offsetX, y: event.offsetY, width };
        }}
        onMouseLeave={() => {
          spot.value = undefined;
        }}
        onDblClick={() => under?.span.job !== undefined && go(`/jobs/${under.span.job}`)}
      />
      {under !== undefined && spot.value !== undefined && <Tip under={under} spot={spot.value} />}
    </div>
  );
}

/** The chart in words, for those who do not see it. */
function describe({ lanes }: Timeline): string {
  const busiest = lanes.map(({ slave, slot, spans }) => {
    const files = spans.reduce((sum, span) => sum + span.files, 0);
    return `${slave}, slot ${slot + 1}: ${counted(files, "file")}`;
  });
  return `What each slot worked on. Arrow keys move, + and - zoom. ${busiest.slice(0, 20).join("; ")}`;
}

interface TipProps {
  readonly under: NonNullable<ReturnType<typeof spanAt>>;
  readonly spot: Spot;
}

function Tip({ under: { lane, span }, spot: { x, y, width } }: TipProps) {
  const what =
    span.files > 1
      ? `${counted(span.files, "file")} of ${span.task}`
      : `${span.task}${span.index === undefined ? "" : `, file ${span.index + 1}`}`;
  return (
    <div class="tip" style={{ left: `${Math.min(x + 12, width - 240)}px`, top: `${y + 16}px` }}>
      <b>{what}</b>
      <br />
      {span.state}, {duration((span.to - span.from) / 1_000)} at{" "}
      {new Date(span.from).toLocaleTimeString("en-GB")}
      <br />
      <span class="quiet">
        {lane.slave}, slot {lane.slot + 1}
        {span.job !== undefined && `, job ${shortId(span.job)} (double click opens it)`}
      </span>
    </div>
  );
}
