import type { SvgElement } from "./svgTags.ts";

export interface Area {
  readonly width: number;
  readonly height: number;
}

/** Numbers of a path or a list of points that are read; longer ones count as covering all. */
const MOST_TEXT = 100_000;
const NUMBER = /-?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:e[-+]?\d{1,3})?/gi;

/** Area of the drawing in user units. */
export function areaOf(svg: SvgElement | undefined, { width, height }: Area): number {
  return viewBoxOf(svg) ?? (sideOf(svg, "width") ?? width) * (sideOf(svg, "height") ?? height);
}

/** Lengths that any element may inherit, in user units. */
export interface Sizes {
  /** Area of the drawing. */
  readonly canvas: number;
  /** Largest font and widest stroke that the SVG names anywhere. */
  readonly font: number;
  readonly stroke: number;
}

const LENGTHS =
  /(font-size|font|stroke-width)\s{0,9}[:=]\s{0,9}["']?(?:[^;"'>\d]{0,40})(\d{1,12}(?:\.\d{0,12})?)(em|%)?/g;
const USUAL_FONT = 16;

/** @param svg the whole text, style sheets included */
export function sizesOf(svg: string, canvas: number): Sizes {
  const sizes = { canvas, font: USUAL_FONT, stroke: 1 };
  for (const [, name = "", length = "", unit] of svg.matchAll(LENGTHS)) {
    const kind = name.startsWith("font") ? "font" : "stroke";
    sizes[kind] = Math.max(sizes[kind], Number(length) * (unit === undefined ? 1 : USUAL_FONT));
  }
  return sizes;
}

/** Share of the drawing that a shape covers at most; undefined for an element that draws nothing itself. */
export function fractionOf(element: SvgElement, { canvas, stroke }: Sizes): number | undefined {
  const area = shapeArea(element);
  if (area === undefined) return undefined;
  const stroked = (Math.sqrt(area) + stroke) ** 2;
  return Number.isFinite(stroked) && canvas > 0 ? Math.min(1, stroked / canvas) : 1;
}

/** Infinite if the size cannot be told. */
function shapeArea(element: SvgElement): number | undefined {
  const { name, attributes } = element;
  const side = (key: string) => sideOf(element, key) ?? Number.POSITIVE_INFINITY;
  switch (name) {
    case "rect":
    case "image":
    case "foreignObject":
    case "filter":
    case "use":
      return side("width") * side("height");
    case "circle":
      return (2 * side("r")) ** 2;
    case "ellipse":
      return 4 * side("rx") * side("ry");
    case "line":
      return (Math.abs(side("x1")) + Math.abs(side("x2"))) * (Math.abs(side("y1")) + Math.abs(side("y2")));
    case "path":
      return extent(attributes.get("d"));
    case "polygon":
    case "polyline":
      return extent(attributes.get("points"));
    default:
      return undefined;
  }
}

/** Square of the way that a path may go: absolute positions count by their range, steps by their sum. */
function extent(text = ""): number {
  if (text.length > MOST_TEXT) return Number.POSITIVE_INFINITY;
  const numbers = (text.match(NUMBER) ?? []).map(Number);
  const isRelative = /[a-df-z]/.test(text.replace(/z/g, ""));
  const span = isRelative
    ? numbers.slice(2).reduce((sum, one) => sum + Math.abs(one), 0)
    : numbers.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY) -
      numbers.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
  return numbers.length === 0 ? 0 : span * span;
}

/** Factor by which the element's own coordinates enlarge the area of its contents. */
export function scaleOf(element: SvgElement, canvas: number): number {
  const { name, attributes } = element;
  const box = name === "svg" || name === "symbol" ? viewBoxOf(element) : undefined;
  const shown = (sideOf(element, "width") ?? Number.NaN) * (sideOf(element, "height") ?? Number.NaN);
  const fitted = box === undefined ? 1 : (Number.isFinite(shown) ? shown : canvas) / box;
  return fitted * transformScale(attributes.get("transform") ?? "");
}

const TRANSFORM = /(scale|matrix)\s{0,9}\(([^)]{0,400})\)/g;

function transformScale(transform: string): number {
  let scale = 1;
  for (const [, kind, list = ""] of transform.matchAll(TRANSFORM)) {
    const [a = 1, b = kind === "scale" ? a : 0, c = 0, d = 1] = (list.match(NUMBER) ?? []).map(Number);
    scale *= Math.abs(kind === "scale" ? a * b : a * d - b * c);
  }
  return scale;
}

function viewBoxOf(element: SvgElement | undefined): number | undefined {
  const [, , width = 0, height = 0] = (element?.attributes.get("viewBox")?.match(NUMBER) ?? []).map(Number);
  const area = width * height;
  return area > 0 && Number.isFinite(area) ? area : undefined;
}

/** A plain length in user units or pixels. */
function sideOf(element: SvgElement | undefined, name: string): number | undefined {
  const text = element?.attributes.get(name)?.trim() ?? "";
  return /^[-+.\d]/.test(text) && /\d(?:px)?$/.test(text) ? Math.abs(Number.parseFloat(text)) : undefined;
}
