import { counted } from "../output/words.ts";
import {
  drawX,
  drawY,
  type PlotAxis,
  placeX,
  placeY,
  roundAxis,
  TICKS_HEIGHT,
  TITLE_HEIGHT,
} from "../plot/axes.ts";
import {
  COLOURS,
  element,
  group,
  label,
  pathThrough,
  type SvgPicture,
  type SvgPoint,
  widthOfText,
} from "../plot/svg.ts";
import { type MeasuredRun, numbersOf, type RunNumbers } from "./measuredRun.ts";
import { HEAD_HEIGHT, headOf, PICTURE_WIDTH } from "./runPanels.ts";

const TITLE = "Throughput by callers and slots";
const HEIGHT = 340;
const LEFT = 92;
const LEGEND_LINE = 20;

/** The runs with one number of slaves. */
interface ThroughputLine {
  readonly name: string;
  readonly colour: string;
  readonly runs: readonly RunNumbers[];
}

/** Calls a second over the number of callers: a line for each number of slaves. */
export function throughputByCallers(runs: readonly MeasuredRun[], what: string): SvgPicture {
  const numbers = runs.map(numbersOf);
  const lines = linesOf(numbers);
  const right = 52 + Math.max(...lines.map(({ name }) => widthOfText(name)));
  const area = { x: LEFT, y: HEAD_HEIGHT + 12, width: PICTURE_WIDTH - LEFT - right, height: HEIGHT };
  const callers = callersAxis(numbers, area.width);
  const fastest = Math.max(0, ...numbers.map((run) => run.calls_per_second));
  const speed = { ...roundAxis(fastest, 7), title: "calls per second" };
  const [x, y] = [placeX(area, callers), placeY(area, speed)];
  const pointOf = (run: RunNumbers) => ({ x: x(run.callers), y: y(run.calls_per_second) });
  return {
    width: PICTURE_WIDTH,
    height: area.y + area.height + TICKS_HEIGHT + TITLE_HEIGHT + 12,
    title: TITLE,
    elements: [
      ...headOf({ title: TITLE, subtitle: `${what}.` }),
      ...drawX(area, callers),
      ...drawY(area, speed),
      ...lines.map((line) => drawLine(line, line.runs.map(pointOf))),
      ...legend(lines, { x: area.x + area.width + LEGEND_LINE, y: area.y + 10 }),
    ],
  };
}

function linesOf(numbers: readonly RunNumbers[]): readonly ThroughputLine[] {
  return [...new Set(numbers.map(({ slaves }) => slaves))].map((slaves, index) => {
    const runs = numbers.filter((run) => run.slaves === slaves);
    const name = `${counted(slaves, "slave")}, ${counted(runs[0]?.slots ?? 0, "slot")}`;
    return { name, colour: COLOURS[index % COLOURS.length] ?? COLOURS[0], runs };
  });
}

/** Least distance of two numbers of callers below the plot, in pixels. */
const LEAST_DISTANCE = 28;

/** The measured numbers are the ticks; those without room beside a greater one are left out. */
function callersAxis(numbers: readonly RunNumbers[], width: number): PlotAxis {
  const most = Math.max(...numbers.map(({ callers }) => callers));
  const max = most * 1.04;
  const room = (LEAST_DISTANCE / width) * max;
  const ticks: number[] = [];
  const measured = [...new Set(numbers.map(({ callers }) => callers)), 0];
  for (const one of measured.sort((a, b) => b - a))
    if (ticks.every((tick) => tick - one >= room)) ticks.unshift(one);
  return { max, ticks, title: "callers" };
}

function drawLine({ name, colour }: ThroughputLine, points: readonly SvgPoint[]): string {
  const line = { d: pathThrough(points), fill: "none", stroke: colour, "stroke-width": 2 };
  const dots = points.map(({ x, y }) => element("circle", { cx: x, cy: y, r: 4, fill: colour }));
  return group(name, [element("path", line), ...dots], { class: "line" });
}

function legend(lines: readonly ThroughputLine[], { x, y }: SvgPoint): readonly string[] {
  return lines.flatMap(({ name, colour }, index) => {
    const middle = y + index * LEGEND_LINE;
    const swatch = { x1: x, y1: middle, x2: x + LEGEND_LINE, y2: middle, stroke: colour, "stroke-width": 3 };
    return [element("line", swatch), label(name, { x: x + LEGEND_LINE + 8, y: middle })];
  });
}
