import { element, INK, label, type SvgPoint, widthOfText } from "./svg.ts";

/** The place of a plot within its picture, without the labels around it; pixels. */
export interface PlotArea extends SvgPoint {
  readonly width: number;
  readonly height: number;
}

/** Values from 0 to `max` along a side of a plot. */
export interface PlotAxis {
  readonly max: number;
  readonly ticks: readonly number[];
  /** What the values are, with their unit. */
  readonly title?: string;
}

/** Height of the tick labels below a plot, and of the title below them. */
export const TICKS_HEIGHT = 22;
export const TITLE_HEIGHT = 20;

/** 0 and round numbers after it, at most so many, the last one at or below `max`. Whole ones where `least` is 1. */
export function roundTicks(max: number, most: number, least = 0): readonly number[] {
  const step = roundStep(max / Math.max(1, most - 1), least);
  const count = Math.floor(max / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, at) => tidied(at * step));
}

/** An axis that ends with a round number, at or above `max`. */
export function roundAxis(max: number, most: number, least = 0): PlotAxis {
  const step = roundStep((max || 1) / Math.max(1, most - 1), least);
  const end = tidied(Math.max(1, Math.ceil(max / step - 1e-9)) * step);
  return { max: end, ticks: roundTicks(end, most + 1, step) };
}

/** 1, 2 or 5 times a power of ten: the smallest that is not below the value. */
function roundStep(value: number, least: number): number {
  const wanted = Math.max(value, least, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5, 10].find((one) => one * power >= wanted * (1 - 1e-9)) ?? 10;
  return Math.max(least, tidied(factor * power));
}

/** Without the last digits, which binary fractions of decimal steps bring. */
function tidied(value: number): number {
  return Number(value.toPrecision(12));
}

export function placeX(area: PlotArea, axis: PlotAxis): (value: number) => number {
  return (value) => area.x + (value / axis.max) * area.width;
}

export function placeY(area: PlotArea, axis: PlotAxis): (value: number) => number {
  return (value) => area.y + area.height - (value / axis.max) * area.height;
}

/** Lines of the grid, numbers below the plot, and the title below them. */
export function drawX(area: PlotArea, axis: PlotAxis): readonly string[] {
  const x = placeX(area, axis);
  const bottom = area.y + area.height;
  const middle = { x: area.x + area.width / 2, y: bottom + TICKS_HEIGHT + TITLE_HEIGHT / 2 };
  return [
    ...axis.ticks.map((tick) => gridLine({ x: x(tick), y: area.y }, { x: x(tick), y: bottom + 4 })),
    ...axis.ticks.map((tick) =>
      label(String(tick), { x: x(tick), y: bottom + TICKS_HEIGHT / 2 + 2, "text-anchor": "middle" }),
    ),
    ...titled(axis, (title) => label(title, { ...middle, "text-anchor": "middle", fill: INK.faint })),
  ];
}

/** Lines of the grid, numbers to the left of the plot, and the title upright to their left. */
export function drawY(area: PlotArea, axis: PlotAxis): readonly string[] {
  const y = placeY(area, axis);
  const middle = { x: area.x - widthOfTicks(axis) - 18, y: area.y + area.height / 2 };
  const upright = `rotate(-90 ${middle.x} ${middle.y})`;
  return [
    ...axis.ticks.map((tick) =>
      gridLine({ x: area.x - 4, y: y(tick) }, { x: area.x + area.width, y: y(tick) }),
    ),
    ...axis.ticks.map((tick) => label(String(tick), { x: area.x - 8, y: y(tick), "text-anchor": "end" })),
    ...titled(axis, (title) =>
      label(title, { ...middle, "text-anchor": "middle", transform: upright, fill: INK.faint }),
    ),
  ];
}

/** Room that the numbers of an upright axis need, in pixels. */
export function widthOfTicks({ ticks }: PlotAxis): number {
  return Math.max(0, ...ticks.map((tick) => widthOfText(String(tick))));
}

function titled({ title }: PlotAxis, draw: (title: string) => string): readonly string[] {
  return title === undefined ? [] : [draw(title)];
}

function gridLine(from: SvgPoint, to: SvgPoint): string {
  return element("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, stroke: INK.grid });
}
