import { printable } from "../../shared/printable.ts";

/** A picture on white; its elements are SVG texts. */
export interface SvgPicture {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly elements: readonly string[];
}

export const INK = { text: "#1f2937", faint: "#6b7280", grid: "#e5e7eb", sunken: "#f3f4f6" } as const;
/** Colours that stay apart for people with any kind of colour vision (Okabe and Ito, 2008). */
export const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"] as const;

export const FONT_SIZE = 12;
/** Widest mean of a character of common fonts, as a share of the font's size. */
const CHARACTER = 0.62;

/** Room that a text needs, in pixels: fonts differ, so it is an upper estimate. */
export function widthOfText(text: string, size: number = FONT_SIZE): number {
  return Math.ceil([...text].length * size * CHARACTER);
}

export function svgFile({ width, height, title, elements }: SvgPicture): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" font-size="${FONT_SIZE}">`,
    `<title>${inXml(title)}</title>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...elements,
    "</svg>\n",
  ].join("\n");
}

export type SvgAttributes = Readonly<Record<string, string | number | undefined>>;

/** An element without content. */
export function element(name: string, attributes: SvgAttributes): string {
  return `<${name}${inTag(attributes)}/>`;
}

/** Elements that belong together, with a name that is shown under the pointer. */
export function group(title: string, elements: readonly string[], attributes: SvgAttributes = {}): string {
  return `<g${inTag(attributes)}><title>${inXml(title)}</title>${elements.join("")}</g>`;
}

/** A line of text whose middle height is at `y`. */
export function label(text: string, { x, y, ...more }: SvgAttributes & SvgPoint): string {
  // `dominant-baseline` is not known to all programs that draw SVG.
  const size = typeof more["font-size"] === "number" ? more["font-size"] : FONT_SIZE;
  const attributes = { x, y: y + size * 0.35, fill: INK.text, ...more };
  return `<text${inTag(attributes)}>${inXml(text)}</text>`;
}

export interface SvgPoint {
  readonly x: number;
  readonly y: number;
}

/** The `d` of a path through the points. */
export function pathThrough(points: readonly SvgPoint[]): string {
  return points.map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${inPixels(x)} ${inPixels(y)}`).join("");
}

function inTag(attributes: SvgAttributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => {
      if (value === undefined) return "";
      return ` ${name}="${typeof value === "number" ? inPixels(value) : inXml(value)}"`;
    })
    .join("");
}

function inPixels(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Control characters are no part of XML. */
function inXml(text: string): string {
  return printable(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
