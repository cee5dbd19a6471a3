import type { DocxBlock, ListItem, Paragraph } from "./blocks.ts";
import { textOfBlocks } from "./blocks.ts";
import type { Chunks } from "./chunks.ts";
import { linesOf } from "./drawing.ts";
import type { Form } from "./form/form.ts";
import { WordFields } from "./inline/fields.ts";
import type { Line } from "./inline/line.ts";
import type { Found, InlineReading } from "./inline/reading.ts";
import { readInline } from "./inline/runs.ts";
import type { LeftOut } from "./leftOut.ts";
import type { Notes } from "./notes.ts";
import type { Numbering } from "./numbering.ts";
import { integer } from "./numerals.ts";
import type { Relationships } from "./package.ts";
import { type Style, type Styles, toHeadingLevel } from "./styles.ts";
import { tableOf } from "./table.ts";
import { elements, find, valueAt, type Xml } from "./xml.ts";

/** State that the blocks of a part share with the rest of the document. */
export interface BodyContext {
  readonly styles: Styles;
  readonly numbering: Numbering;
  readonly notes: Notes;
  /** Addresses that the part refers to. */
  readonly links: Relationships;
  readonly form: Form;
  /** Texts of the text boxes found so far, in order. */
  readonly boxes: string[];
  /** Ids of the relationships to charts and diagrams found so far, in order. */
  readonly graphics: string[];
  readonly story: Story;
  readonly chunks: Chunks;
  readonly leftOut: LeftOut;
}

/** What one story (body, note, header, text box) has open between its paragraphs. */
export interface Story {
  readonly fields: WordFields;
  /** A paragraph that goes on in the next one. */
  open: OpenParagraph | undefined;
}

interface OpenParagraph {
  readonly line: Line;
  readonly found: Found;
  /** `w:pPr` of the last paragraph that was read into it. */
  properties: Xml | undefined;
}

export function newStory(): Story {
  return { fields: new WordFields(), open: undefined };
}

/** Reads a whole story of its own: a note, comment, header or text box. */
export function storyOf(parent: Xml, context: BodyContext): DocxBlock[] {
  const own = { ...context, story: newStory() };
  return [...blocksOf(parent, own), ...endOfStory(own)];
}

/** Reads the blocks of a body, cell, note or header, including those inside content controls. */
function blocksOf(parent: Xml, context: BodyContext): DocxBlock[] {
  return elements(parent).flatMap((child) => blocksIn(child, context));
}

/** Reads an element as blocks; a text box or table inside a paragraph becomes blocks after that paragraph. */
export function blocksIn(element: Xml, context: BodyContext): DocxBlock[] {
  if (element.name === "w:p") return paragraphOf(element, context);
  if (element.name === "w:tbl") return [...closed(context), ...tablesOf(element, context)];
  if (element.name === "w:altChunk") return chunkOf(element, context);
  if (SKIPPED.has(element.name)) return [];
  if (element.name === "mc:AlternateContent")
    return elements(element)
      .slice(0, 1)
      .flatMap((choice) => blocksOf(choice, context));
  if (!INLINE.has(element.name)) return blocksOf(element, context);
  // Formulas and runs that stand where a paragraph should.
  return paragraphOf({ name: "w:p", attributes: {}, children: [element] }, context);
}

const SKIPPED: ReadonlySet<string> = new Set([
  "w:sectPr",
  "w:sdtPr",
  "w:tcPr",
  "w:tblPr",
  "w:del",
  "w:moveFrom",
]);
const INLINE: ReadonlySet<string> = new Set(["w:r", "w:hyperlink", "w:fldSimple", "m:oMath", "m:oMathPara"]);

function tablesOf(element: Xml, context: BodyContext): DocxBlock[] {
  const table = tableOf(element, (cell) => {
    const blocks = [...blocksOf(cell, context), ...closed(context)];
    return {
      text: textOfBlocks(blocks),
      tables: blocks.filter((block) => block.kind === "table"),
      blocks: context.form.kept(blocks),
    };
  });
  return table.rows.length === 0 ? [] : [table];
}

function paragraphOf(element: Xml, context: BodyContext): DocxBlock[] {
  const { story } = context;
  const properties = find(element, "w:pPr");
  const open = story.open ?? {
    line: context.form.line(),
    found: { boxes: [], tables: [], graphics: context.graphics },
    properties,
  };
  open.properties = properties;
  readInline(element, readingOf(open, context));
  story.open = open;
  if (goesOn(properties, story)) {
    story.fields.takes("\n");
    return [];
  }
  return finished(open, context);
}

function readingOf({ line, found, properties }: OpenParagraph, context: BodyContext): InlineReading {
  const { notes, links, styles, story, leftOut } = context;
  const style = styles(valueAt(properties, "w:pStyle"));
  return {
    line,
    found,
    notes,
    links,
    styles,
    style,
    fields: story.fields,
    leftOut,
    run: NO_RUN,
    formulaEnd: -1,
    tail: "",
  };
}

const NO_RUN: InlineReading["run"] = { font: undefined, isRaised: false, looks: 0 };

/** Whether the next paragraph goes on: the mark between them is deleted or moved away, is in a field's instruction, or follows a drop cap. */
function goesOn(properties: Xml | undefined, { fields }: Story): boolean {
  if (fields.isHidden) return true;
  if (properties === undefined) return false;
  const mark = find(properties, "w:rPr");
  if (find(mark, "w:del") !== undefined || find(mark, "w:moveFrom") !== undefined) return true;
  const drop = find(properties, "w:framePr")?.attributes["w:dropCap"];
  return drop === "drop" || drop === "margin";
}

/** Ends the paragraph that is open where none follows that could go on; an empty one leaves no block. */
function closed(context: BodyContext): DocxBlock[] {
  const { open } = context.story;
  if (open === undefined) return [];
  const { line, found } = open;
  const isEmpty = line.text === "" && found.boxes.length === 0 && found.tables.length === 0;
  if (!isEmpty) return finished(open, context);
  context.story.open = undefined;
  return [];
}

/** Blocks that are left at the end of a story, and the words of fields that have no end. */
export function endOfStory(context: BodyContext): DocxBlock[] {
  const held = context.story.fields.close();
  if (held.trim() !== "") context.story.open?.line.write(held.replace(/\n+$/, ""));
  return closed(context);
}

function finished({ line, found, properties }: OpenParagraph, context: BodyContext): DocxBlock[] {
  context.story.open = undefined;
  const style = context.styles(valueAt(properties, "w:pStyle"));
  const outline = valueAt(properties, "w:outlineLvl");
  const paragraph: Paragraph = {
    kind: "paragraph",
    text: line.text,
    rendered: line.rendered,
    style: style.name,
    heading_level: (outline === undefined ? style.headingLevel : toHeadingLevel(outline)) ?? null,
    in_text_box: false,
    list: listItem(properties, style, context),
  };
  const boxes = found.boxes.map((box) =>
    (box.name === "txBody" ? drawnText(box, context) : storyOf(box, context)).map(inTextBox),
  );
  context.boxes.push(...boxes.map(textOfBlocks));
  return [paragraph, ...found.tables.flatMap((table) => tablesOf(table, context)), ...boxes.flat()];
}

function inTextBox(block: DocxBlock): DocxBlock {
  return block.kind === "paragraph" ? { ...block, in_text_box: true } : block;
}

/** Paragraphs of a shape of DrawingML. */
function drawnText(body: Xml, context: BodyContext): DocxBlock[] {
  return linesOf(body).map((text) => plainParagraph(text, context));
}

/** The lines of a chunk of another format as paragraphs. */
function chunkOf({ attributes }: Xml, context: BodyContext): DocxBlock[] {
  const lines = context.chunks.get(attributes["r:id"] ?? "");
  if (lines === undefined) context.leftOut.add("chunk of another format");
  return [...closed(context), ...(lines ?? []).map((text) => plainParagraph(text, context))];
}

function plainParagraph(text: string, context: BodyContext): Paragraph {
  const line = context.form.line();
  line.write(text);
  const { rendered } = line;
  return {
    kind: "paragraph",
    text,
    rendered,
    style: "",
    heading_level: null,
    list: null,
    in_text_box: false,
  };
}

function listItem(properties: Xml | undefined, style: Style, { numbering }: BodyContext): ListItem | null {
  const own = find(properties, "w:numPr");
  const id = valueAt(own, "w:numId") ?? valueAt(style.numbering, "w:numId");
  if (id === undefined) return null;
  const stated = valueAt(own, "w:ilvl") ?? valueAt(style.numbering, "w:ilvl");
  const level = stated === undefined ? (numbering.levelOf(id, style.id) ?? 0) : integer(stated, 0);
  const label = numbering.next(id, level);
  return label === undefined ? null : { id, level, ordered: label.ordered, label: label.text };
}
