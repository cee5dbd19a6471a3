import type { ListItem, Paragraph } from "../docx/blocks.ts";
import { type Line, LOOKS } from "../docx/inline/line.ts";
import { integer } from "../docx/numerals.ts";
import { elements, find, textBelow, type Xml } from "../docx/xml.ts";
import type { SlideContext } from "./context.ts";

interface TextStyle {
  readonly heading: number | null;
  /** Whether paragraphs without own bullets have those of the design. */
  readonly hasBullets: boolean;
}

type TextContext = Pick<SlideContext, "form" | "relations" | "links">;

/** Paragraphs of a text body that are not empty (ECMA-376 part 1, 21.1.2). */
export function paragraphsOf(body: Xml, context: TextContext, style: TextStyle): Paragraph[] {
  const counters: number[] = [];
  return elements(body, "a:p").flatMap((element) => {
    const line = context.form.line();
    readRuns(element, line, context);
    if (line.text.trim() === "") return [];
    const { text, rendered } = line;
    const list = style.heading === null ? itemOf(find(element, "a:pPr"), style, counters) : null;
    return [
      {
        kind: "paragraph",
        text,
        rendered,
        style: "",
        heading_level: style.heading,
        list,
        in_text_box: false,
      },
    ];
  });
}

function readRuns(paragraph: Xml, line: Line, context: TextContext): void {
  for (const run of elements(paragraph)) {
    if (run.name === "a:br") line.write("\n");
    if (run.name === "a:r" || run.name === "a:fld") readRun(run, line, context);
    if (run.name === "mc:AlternateContent") readRuns(find(run, "mc:Fallback") ?? run, line, context);
  }
}

function readRun(run: Xml, line: Line, { relations, links }: TextContext): void {
  const properties = find(run, "a:rPr");
  const text = textBelow(find(run, "a:t")).replaceAll("\v", "\n");
  const link = relations.get(find(properties, "a:hlinkClick")?.attributes["r:id"] ?? "");
  const target = link?.external === true ? link.target : undefined;
  if (target !== undefined) {
    links.push({ text, target });
    line.link(target);
  }
  line.look(looksOf(properties));
  line.write(text);
  line.look(0);
  if (target !== undefined) line.link(undefined);
}

function looksOf(properties: Xml | undefined): number {
  const { b, i, strike = "noStrike" } = properties?.attributes ?? {};
  const isOn = (value: string | undefined) => value === "1" || value === "true";
  return (isOn(b) ? LOOKS.strong : 0) | (isOn(i) ? LOOKS.em : 0) | (strike === "noStrike" ? 0 : LOOKS.s);
}

function itemOf(properties: Xml | undefined, { hasBullets }: TextStyle, counters: number[]): ListItem | null {
  const level = Math.min(8, Math.max(0, integer(properties?.attributes.lvl, 0)));
  counters.splice(level + 1);
  if (find(properties, "a:buNone") !== undefined) return null;
  const numbered = find(properties, "a:buAutoNum");
  if (numbered === undefined) {
    counters.splice(level);
    const own = find(properties, "a:buChar") ?? find(properties, "a:buBlip");
    return own === undefined && !hasBullets ? null : { id: "", level, ordered: false, label: "•" };
  }
  const start = integer(numbered.attributes.startAt, 1);
  counters[level] = (counters[level] ?? start - 1) + 1;
  return { id: "", level, ordered: true, label: `${counters[level]}.` };
}
