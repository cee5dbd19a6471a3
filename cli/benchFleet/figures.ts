import { cut } from "../output/table.ts";
import { drawY, type PlotArea, type PlotAxis, placeY, roundAxis } from "../plot/axes.ts";
import {
  COLOURS,
  element,
  FONT_SIZE,
  group,
  INK,
  label,
  pathThrough,
  type SvgPicture,
  widthOfText,
} from "../plot/svg.ts";
import { type BusyTime, meansOf, nameOfSlot, numberBusy, type SlotProfile } from "./busyProfile.ts";
import { type MeasuredRun, numbersOf, secondsOf } from "./measuredRun.ts";
import { MARGIN, runPanels } from "./runPanels.ts";

/** Height of a lane, in pixels: less where there are many of them, because pictures have a greatest height. */
const LANE = 22;
const LEAST_LANE = 5;
const ALL_LANES = 16_000;
const LONGEST_NAME = 30;
/** Least width of a busy time, in pixels, that ends a pixel earlier. */
const SEEN_APART = 5;
const [BLUE] = COLOURS;

/** A lane for each slot of each run: the bluer a place is, the more of its time the slot was busy. */
export function busyPerSlot(runs: readonly MeasuredRun[], what: string): SvgPicture {
  const names = runs.flatMap(({ profile }) => profile.map(shownName));
  const left = 16 + Math.max(0, ...names.map((name) => widthOfText(name)));
  const height = Math.min(LANE, Math.max(LEAST_LANE, Math.floor(ALL_LANES / names.length)));
  return runPanels(runs, {
    head: {
      title: "Busy time of each slot",
      subtitle: `${what}. Blue: busy; paler: busy for a part of the time of a pixel.`,
    },
    ...{ left, right: MARGIN },
    height: ({ profile }) => profile.length * height,
    draw: (run, area) =>
      run.profile.map((slot, index) => {
        const place = { ...area, y: area.y + index * height, height };
        return lane(slot, run, place);
      }),
  });
}

function shownName(slot: SlotProfile): string {
  return cut(nameOfSlot(slot), LONGEST_NAME);
}

function lane(slot: SlotProfile, run: MeasuredRun, area: PlotArea): string {
  const height = area.height * 0.75;
  const middle = area.y + area.height / 2;
  const place = { y: middle - height / 2, height };
  const size = Math.min(FONT_SIZE, height);
  const name = { x: area.x - 8, y: middle, "text-anchor": "end", "font-size": size };
  const ground = { ...place, x: area.x, width: area.width, fill: INK.sunken };
  const bars = barsOf(slot, run, area).map(({ x, width, share }) =>
    element("rect", { ...place, x, width, fill: BLUE, opacity: share < 1 ? share : undefined }),
  );
  return group(nameOfSlot(slot), [label(shownName(slot), name), element("rect", ground), ...bars], {
    class: "lane",
  });
}

interface Bar {
  readonly x: number;
  readonly width: number;
  /** Share of the time in which the slot was busy, in twentieths. */
  readonly share: number;
}

/** Neighbouring pixels of the same share are one bar, so a lane has a bounded number of them. */
function barsOf(slot: SlotProfile, run: MeasuredRun, area: PlotArea): readonly Bar[] {
  const pixels = Math.floor(area.width);
  const end = 1_000 * secondsOf(run);
  const steps = numberBusy([{ ...slot, busy: apart(slot.busy, end / pixels) }]);
  const bars: Bar[] = [];
  for (const [pixel, mean] of meansOf(steps, end, pixels).entries()) {
    const share = Math.ceil(mean * 20 - 1e-6) / 20;
    const x = area.x + pixel;
    const last = bars.at(-1);
    if (last !== undefined && last.share === share && last.x + last.width === x)
      bars[bars.length - 1] = { ...last, width: last.width + 1 };
    else if (share > 0) bars.push({ x, width: 1, share });
  }
  return bars;
}

/** Ends busy times of some width a pixel earlier, so that those that follow each other without a pause can be told apart. */
function apart(busy: readonly BusyTime[], pixel: number): readonly BusyTime[] {
  return busy.map(({ from, to }) => ({ from, to: to - from > SEEN_APART * pixel ? to - pixel : to }));
}

const NUMBER_HEIGHT = 96;
/** Pixels for which one mean is drawn. */
const MEAN_WIDTH = 4;

/** The number of busy slots over the time of each run, and its mean. */
export function numberBusyOverTime(runs: readonly MeasuredRun[], what: string): SvgPicture {
  return runPanels(runs, {
    head: {
      title: "Number of busy slots",
      subtitle: `${what}. Each step is the mean of ${MEAN_WIDTH} pixels; the broken line is the mean of the run.`,
    },
    ...{ left: 64, right: 92 },
    height: () => NUMBER_HEIGHT,
    draw: (run, area) => {
      const axis = { ...roundAxis(run.profile.length, 5, 1), title: "busy slots" };
      return [...drawY(area, axis), ...busyArea(run, area, axis), ...meanLine(run, area, axis)];
    },
  });
}

function busyArea(run: MeasuredRun, area: PlotArea, axis: PlotAxis): readonly string[] {
  const y = placeY(area, axis);
  const parts = Math.floor(area.width / MEAN_WIDTH);
  const width = area.width / parts;
  const line = meansOf(numberBusy(run.profile), 1_000 * secondsOf(run), parts).flatMap((mean, part) => [
    { x: area.x + part * width, y: y(mean) },
    { x: area.x + (part + 1) * width, y: y(mean) },
  ]);
  const ground = [{ x: area.x, y: y(0) }, ...line, { x: area.x + area.width, y: y(0) }];
  return [
    element("path", { d: `${pathThrough(ground)}Z`, fill: BLUE, opacity: 0.25 }),
    element("path", { d: pathThrough(line), fill: "none", stroke: BLUE, "stroke-width": 1.2 }),
  ];
}

function meanLine(run: MeasuredRun, area: PlotArea, axis: PlotAxis): readonly string[] {
  const { busy, slots } = numbersOf(run);
  const y = placeY(area, axis)(busy * slots);
  const right = area.x + area.width;
  const stroke = { stroke: COLOURS[1], "stroke-width": 1.5, "stroke-dasharray": "6 4" };
  return [
    element("line", { x1: area.x, y1: y, x2: right, y2: y, ...stroke }),
    label(`mean ${(busy * slots).toFixed(2)}`, { x: right + 8, y, fill: COLOURS[1] }),
  ];
}
