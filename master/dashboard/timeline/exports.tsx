import type { Timeline } from "../../../shared/contract/timeline.ts";
import { drawingOf } from "./drawing.ts";
import { paint, save, svgOf } from "./paint.ts";
import { addressOf } from "./useTimeline.ts";
import type { ViewWindow } from "./window.ts";

interface ExportsProps {
  readonly timeline: Timeline;
  readonly shown: ViewWindow;
  readonly width: number;
}

/** The chart as a picture, and the busy state of each slot as a table. */
export function Exports({ timeline, shown, width }: ExportsProps) {
  const drawing = () => drawingOf(timeline, shown, width);
  const png = () => {
    const canvas = document.createElement("canvas");
    paint(canvas, drawing());
    canvas.toBlob((blob) => blob && save(blob, "timeline.png"));
  };
  const svg = () => save(new Blob([svgOf(drawing())], { type: "image/svg+xml" }), "timeline.svg");
  return (
    <>
      <button type="button" class="small" onClick={png}>
        PNG
      </button>
      <button type="button" class="small" onClick={svg}>
        SVG
      </button>
      <a class="button small" href={csvOf(shown, width)} download="">
        CSV
      </a>
    </>
  );
}

function csvOf(shown: ViewWindow, width: number): string {
  return addressOf(shown, width)
    .replace("/timeline?", "/timeline.csv?")
    .replace(/&width=\d+/, "");
}
