import { entryOf } from "../own.ts";
import { linesOf } from "./drawing.ts";
import { optionalPart, type Relationships } from "./package.ts";
import { descendants, find, textBelow, type Xml } from "./xml.ts";
import type { DocxZip } from "./zip.ts";

/** Text of a chart or diagram, which a DOCX stores in a part of its own. */
export interface Graphic {
  readonly kind: "chart" | "diagram";
  /** The chart's title; "" where there is none, and for diagrams. */
  readonly title: string;
  /**
   * Of a chart: a line for each title, series and point (category, tab, value as stored). Of a diagram: a line for
   * each paragraph of its boxes.
   */
  readonly text: string;
}

/** Reads charts and diagrams in the order of their relationship ids; missing and damaged ones are left out. */
export async function graphicsOf(
  zip: DocxZip,
  links: Relationships,
  ids: readonly string[],
): Promise<Graphic[]> {
  const graphics: Graphic[] = [];
  for (const id of ids) {
    const link = links.get(id);
    const read = entryOf(READERS, link?.type ?? "");
    if (link === undefined || link.external || read === undefined) continue;
    const root = await optionalPart(zip, link.target);
    if (root !== undefined) graphics.push(read(root));
  }
  return graphics;
}

/** Readers by the type of the relationship. */
const READERS: Readonly<Record<string, (root: Xml) => Graphic>> = {
  chart: chartOf,
  diagramData: diagramOf,
};

function chartOf(root: Xml): Graphic {
  const titles = descendants(root, "title").map((title) => linesOf(title).join("\n"));
  const [title = ""] = titles;
  const lines = [...titles, ...descendants(root, "ser").flatMap(seriesOf)];
  return { kind: "chart", title, text: lines.filter((line) => line.trim() !== "").join("\n") };
}

/** ECMA-376 part 1, 21.2: a series holds copies of the cells that it was drawn from. */
function seriesOf(series: Xml): string[] {
  const name = [...pointsOf(find(series, "tx")).values()].join(" ");
  const categories = pointsOf(find(series, "cat") ?? find(series, "xVal"));
  const values = pointsOf(find(series, "val") ?? find(series, "yVal"));
  const indexes = new Set([...categories.keys(), ...values.keys()]);
  const points = [...indexes].map((index) => `${categories.get(index) ?? ""}\t${values.get(index) ?? ""}`);
  return [name, ...points];
}

/** Values by the index of their point; a category of several levels has them joined. */
function pointsOf(source: Xml | undefined): Map<string, string> {
  const points = new Map<string, string>();
  for (const point of source === undefined ? [] : descendants(source, "pt")) {
    const index = point.attributes.idx ?? "";
    const value = textBelow(find(point, "v"));
    points.set(index, [points.get(index), value].filter((part) => part !== undefined).join(" "));
  }
  return points;
}

/** ECMA-376 part 1, 21.4: boxes are points; points of other types are the lines between them and the layout. */
function diagramOf(root: Xml): Graphic {
  const boxes = descendants(root, "pt").filter(({ attributes: { type = "node" } }) =>
    ["node", "asst"].includes(type),
  );
  return { kind: "diagram", title: "", text: boxes.flatMap(linesOf).join("\n") };
}
