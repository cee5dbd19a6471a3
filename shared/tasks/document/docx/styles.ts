import { LOOKS } from "./inline/line.ts";
import { symbolFont } from "./inline/symbols.ts";
import { integer } from "./numerals.ts";
import { elements, find, valueAt, type Xml } from "./xml.ts";

/** A paragraph style with the properties that it inherits. */
export interface Style {
  readonly id?: string;
  /** Name as Word shows it: `heading 1`. */
  readonly name: string;
  /** 1 to 9; undefined for running text. */
  readonly headingLevel?: number;
  /** The list to which paragraphs of this style belong. */
  readonly numbering?: Xml;
  /** The font of symbols that its text is set in. */
  readonly font?: string;
  /** Looks of its text that have a meaning: those of the styles "Strong" and "Emphasis". */
  readonly looks: number;
}

export type Styles = (id: string | undefined) => Style;

const NONE: Style = { name: "", looks: 0 };
/** Most ancestors of a style; styles that inherit in a circle end here. */
const LONGEST_ANCESTRY = 20;

export function readStyles(root: Xml | undefined): Styles {
  const raw = new Map(elements(root, "w:style").map((style) => [style.attributes["w:styleId"] ?? "", style]));
  const known = new Map<string, Style>();
  return (id) => {
    if (id === undefined) return NONE;
    const style = known.get(id) ?? toStyle(raw, id);
    known.set(id, style);
    return style;
  };
}

function toStyle(raw: ReadonlyMap<string, Xml>, id: string): Style {
  const ancestry = ancestryOf(raw, id);
  const numbering = ancestry.map((style) => find(style, "w:pPr", "w:numPr")).find(isPresent);
  const headingLevel = ancestry.map(headingLevelOf).find(isPresent);
  const font = symbolFont(ancestry.map((style) => fontOf(find(style, "w:rPr"))).find(isPresent));
  const name = valueAt(ancestry[0], "w:name") ?? id;
  return {
    id,
    name,
    looks: NAMED_LOOKS.get(name.toLowerCase()) ?? 0,
    ...(font === undefined ? {} : { font }),
    ...(numbering === undefined ? {} : { numbering }),
    ...(headingLevel === undefined ? {} : { headingLevel }),
  };
}

const NAMED_LOOKS: ReadonlyMap<string, number> = new Map([
  ["strong", LOOKS.strong],
  ["emphasis", LOOKS.em],
]);

/** Name of the font that a run's properties set for Latin text. */
export function fontOf(properties: Xml | undefined): string | undefined {
  const fonts = find(properties, "w:rFonts")?.attributes;
  return fonts?.["w:ascii"] ?? fonts?.["w:hAnsi"];
}

function ancestryOf(raw: ReadonlyMap<string, Xml>, id: string): Xml[] {
  const ancestry: Xml[] = [];
  let style = raw.get(id);
  while (style !== undefined && ancestry.length < LONGEST_ANCESTRY) {
    ancestry.push(style);
    style = raw.get(valueAt(style, "w:basedOn") ?? "");
  }
  return ancestry;
}

function headingLevelOf(style: Xml): number | undefined {
  const outline = valueAt(style, "w:pPr", "w:outlineLvl");
  if (outline !== undefined) return toHeadingLevel(outline);
  const [, level] = /^heading (\d)$/i.exec(valueAt(style, "w:name") ?? "") ?? [];
  if (level !== undefined) return Number(level);
  return /^title$/i.test(valueAt(style, "w:name") ?? "") ? 1 : undefined;
}

/** Outline levels count from 0; 9 means running text. */
export function toHeadingLevel(outline: string): number | undefined {
  const level = integer(outline, 9) + 1;
  return level >= 1 && level <= 9 ? level : undefined;
}

function isPresent<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
