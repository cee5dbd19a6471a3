import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Timeline as TimelineData } from "../../../shared/contract/timeline.ts";
import { place, setQuery } from "../app/router.ts";
import { count, counted } from "../ui/words.ts";
import { colourOf } from "./drawing.ts";
import { Exports } from "./exports.tsx";
import { Gantt } from "./gantt.tsx";
import { Latency } from "./latency.tsx";
import { Lines } from "./lines.tsx";
import { useTimeline } from "./useTimeline.ts";
import { lastSpan, SPANS, showLast, showWindow, type ViewWindow, zoomed } from "./window.ts";

/** Who worked on what, and when; from the record, so before the last restart, too. */
export function Timeline() {
  const width = useSignal(0);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const own = body.current;
    if (own === null) return;
    const sizes = new ResizeObserver(() => {
      width.value = own.clientWidth;
    });
    sizes.observe(own);
    return () => sizes.disconnect();
  }, []);
  const { timeline, shown, error } = useTimeline(width.value || 1_000);
  return (
    <>
      <h1>Timeline</h1>
      <section class="card" aria-label="Timeline">
        <header>
          <Spans isLive={shown.isLive} />
          <div class="r">
            <small class="quiet">{words(shown, timeline)}</small>
            <Zoom shown={shown} />
            {timeline !== undefined && <Exports timeline={timeline} shown={shown} width={width.value} />}
          </div>
        </header>
        <OnlyOf />
        {error !== undefined && <p class="note bad">{error}</p>}
        <div class="tl" ref={body}>
          {timeline !== undefined && width.value > 0 && (
            <>
              <Gantt timeline={timeline} shown={shown} width={width.value} />
              <Lines timeline={timeline} shown={shown} width={width.value} />
              <Legend timeline={timeline} />
            </>
          )}
        </div>
      </section>
      {timeline !== undefined && <Latency timeline={timeline} />}
    </>
  );
}

function words({ from, to }: ViewWindow, timeline: TimelineData | undefined): string {
  const files = timeline?.lanes.flatMap(({ spans }) => spans).reduce((sum, span) => sum + span.files, 0) ?? 0;
  const day = to - from > 86_400_000 ? ({ day: "numeric", month: "short" } as const) : {};
  const clock = (time: number) =>
    new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...day });
  return `${clock(from)} to ${clock(to)}, ${counted(files, "file")}`;
}

function Spans({ isLive }: { readonly isLive: boolean }) {
  return (
    <div class="groups">
      {SPANS.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          aria-pressed={isLive && lastSpan().id === id}
          onClick={() => showLast(id)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

function Zoom({ shown }: { readonly shown: ViewWindow }) {
  return (
    <>
      <button type="button" class="small" aria-label="Zoom in" onClick={() => showWindow(zoomed(shown, 0.5))}>
        +
      </button>
      <button type="button" class="small" aria-label="Zoom out" onClick={() => showWindow(zoomed(shown, 2))}>
        −
      </button>
    </>
  );
}

/** Says that only one job or slave is shown. */
function OnlyOf() {
  const names = ["job", "slave"].filter((name) => place.value.query.has(name));
  if (names.length === 0) return null;
  return (
    <div class="bulk">
      {names.map((name) => (
        <span key={name}>
          Only {name} <span class="mono">{place.value.query.get(name)}</span>{" "}
          <button type="button" class="link" onClick={() => setQuery({ [name]: "" })}>
            show all
          </button>
        </span>
      ))}
    </div>
  );
}

/** Colours of the tasks that are shown, and what came and went. */
function Legend({ timeline }: { readonly timeline: TimelineData }) {
  const spans = timeline.lanes.flatMap((lane) => lane.spans);
  const tasks = [...new Set(spans.map(({ task }) => task))];
  const failed = spans.filter(({ state }) => state === "failed").length;
  const latest = timeline.slaves.at(-1);
  return (
    <div class="legend">
      {tasks.map((task) => (
        <span key={task}>
          <i style={{ background: `var(${colourOf({ task, state: "done" })})` }} /> {task}
        </span>
      ))}
      {failed > 0 && (
        <span>
          <i style={{ background: "var(--fail)" }} /> failed ({count(failed)})
        </span>
      )}
      <span class="speed">files a second</span>
      <span class="quiet">files waiting (dashed)</span>
      {latest !== undefined && (
        <span class="last quiet">
          slave {latest.slave} {latest.event} at {new Date(latest.at).toLocaleTimeString("en-GB")}
        </span>
      )}
    </div>
  );
}
