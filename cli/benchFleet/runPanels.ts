import { counted } from "../output/words.ts";
import { drawX, type PlotArea, type PlotAxis, roundTicks, TICKS_HEIGHT, TITLE_HEIGHT } from "../plot/axes.ts";
import { group, INK, label, type SvgPicture } from "../plot/svg.ts";
import { type MeasuredRun, numbersOf, secondsOf } from "./measuredRun.ts";

/** What a picture says above its plots. */
export interface PictureHead {
  readonly title: string;
  readonly subtitle: string;
}

export const PICTURE_WIDTH = 1_000;
export const HEAD_HEIGHT = 58;
/** Least room beside a picture's texts and plots, in pixels. */
export const MARGIN = 24;
const HEADING_HEIGHT = 26;
const GAP = 14;
const SECONDS = "seconds since the start of the run";

/** The plots of a picture, one for each run, all with the time of the run from left to right. */
export interface RunPanels {
  readonly head: PictureHead;
  /** Room beside the plots, in pixels. */
  readonly left: number;
  readonly right: number;
  readonly height: (run: MeasuredRun) => number;
  readonly draw: (run: MeasuredRun, area: PlotArea, time: PlotAxis) => readonly string[];
}

/** Draws the plots of all runs one below the other. */
export function runPanels(
  runs: readonly MeasuredRun[],
  { head, left, right, height, draw }: RunPanels,
): SvgPicture {
  const elements = [...headOf(head)];
  let y = HEAD_HEIGHT;
  for (const [index, run] of runs.entries()) {
    const width = PICTURE_WIDTH - left - right;
    const area = { x: left, y: y + HEADING_HEIGHT, width, height: height(run) };
    const isLast = index === runs.length - 1;
    const seconds = secondsOf(run);
    const time = { max: seconds, ticks: roundTicks(seconds, 11), ...(isLast ? { title: SECONDS } : {}) };
    const heading = headingOf(run);
    const place = { x: left, y: y + HEADING_HEIGHT / 2, "font-weight": "bold" };
    const plot = [label(heading, place), ...drawX(area, time), ...draw(run, area, time)];
    elements.push(group(heading, plot, { class: "run" }));
    y = area.y + area.height + TICKS_HEIGHT + GAP;
  }
  return { width: PICTURE_WIDTH, height: y + TITLE_HEIGHT, title: head.title, elements };
}

export function headOf({ title, subtitle }: PictureHead): readonly string[] {
  return [
    label(title, { x: MARGIN, y: 24, "font-size": 17, "font-weight": "bold" }),
    label(subtitle, { x: MARGIN, y: 46, fill: INK.faint }),
  ];
}

function headingOf(run: MeasuredRun): string {
  const { callers, slaves, slots, calls_per_second: speed, busy } = numbersOf(run);
  const who = `${counted(callers, "caller")}, ${counted(slaves, "slave")}, ${counted(slots, "slot")}`;
  return `${who}: ${speed.toFixed(1)} calls/s, slots busy for ${Math.round(100 * busy)} % of the time`;
}
