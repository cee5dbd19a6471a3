import type { JsonObject } from "../../task.ts";
import { cutHtml } from "../format/cutHtml.ts";
import { safeHtml } from "../format/html.ts";
import type { DocumentOptions } from "../options.ts";
import { countCharacters, countWords, cut } from "../words.ts";
import { type DocxBlock, type Paragraph, type Table, textOfBlocks } from "./blocks.ts";
import { type BodyContext, blocksIn, endOfStory, newStory } from "./body.ts";
import { chunksOf } from "./chunks.ts";
import type { WholeDocument } from "./form/document.ts";
import { FORMS } from "./form/form.ts";
import { documentHtml } from "./form/html.ts";
import { documentMarkdown } from "./form/markdown.ts";
import { htmlByStyleMap } from "./form/styleMap.ts";
import { type Graphic, graphicsOf } from "./graphics.ts";
import { LeftOut } from "./leftOut.ts";
import { readMetadata } from "./metadata.ts";
import { Notes } from "./notes.ts";
import { listsIn, Numbering } from "./numbering.ts";
import { mainPart, type Relationships, relatedPart, relationshipsOf } from "./package.ts";
import { asJson, commentsOf, edgesOf, type Note, notesOf, outsideOf, plainNote } from "./sides.ts";
import { readStyles } from "./styles.ts";
import { descendants, parseXml, type Xml } from "./xml.ts";
import type { DocxZip } from "./zip.ts";

/** Makes the fields of a DOCX's result. */
export async function docxFields(zip: DocxZip, options: DocumentOptions): Promise<JsonObject> {
  const main = await mainPart(zip);
  const links = await relationshipsOf(zip, main);
  const context = await contextOf(zip, { links, options });
  const { blocks, sections } = await readBody(zip, main, context);
  const body_boxes = [...context.boxes];
  const graphics = await graphicsOf(zip, links, [...context.graphics]);
  // Other parts have addresses of their own.
  const elsewhere = { ...context, links: new Map() };
  const footnotes = notesOf(await relatedPart(zip, links, "footnotes"), "footnote", elsewhere);
  const endnotes = notesOf(await relatedPart(zip, links, "endnotes"), "endnote", elsewhere);
  const notes = [...footnotes, ...endnotes];
  const sides = { zip, links, context: elsewhere };
  return {
    ...textFields(blocks, { notes, graphics }, options),
    metadata: await readMetadata(zip, await relationshipsOf(zip, "")),
    headers: asJson(await edgesOf("header", sections, sides)),
    footers: asJson(await edgesOf("footer", sections, sides)),
    footnotes: asJson(footnotes.map(plainNote)),
    endnotes: asJson(endnotes.map(plainNote)),
    comments: asJson(commentsOf(await relatedPart(zip, links, "comments"), elsewhere)),
    left_out: asJson(context.leftOut.counts()),
    text_boxes: body_boxes,
    graphics: asJson(graphics),
    outside: asJson(await outsideOf(zip, [main, ...partsWithLinks(zip)])),
    ...(await formFields({ zip, blocks, notes, graphics: graphics.map(({ text }) => text) }, options)),
  };
}

/** The field `html` or `markdown` for the option `format`. */
async function formFields(
  { zip, ...whole }: WholeDocument & { readonly zip: DocxZip },
  { format, max_characters, style_map }: DocumentOptions,
): Promise<JsonObject> {
  if (format === "text") return {};
  if (format === "markdown") return { markdown: cut(documentMarkdown(whole), max_characters) };
  const html = style_map.length > 0 ? await htmlByStyleMap(zip, style_map) : documentHtml(whole);
  return { html: cutHtml(safeHtml(html), max_characters) };
}

async function contextOf(
  zip: DocxZip,
  { links, options }: { readonly links: Relationships; readonly options: DocumentOptions },
): Promise<BodyContext> {
  return {
    styles: readStyles(await relatedPart(zip, links, "styles")),
    numbering: new Numbering(listsIn(await relatedPart(zip, links, "numbering"))),
    notes: new Notes(),
    links,
    form: FORMS[options.format],
    boxes: [],
    graphics: [],
    story: newStory(),
    chunks: await chunksOf(zip, links),
    leftOut: new LeftOut(),
  };
}

/** Reads the body block by block while it inflates, so that a long text is never held as XML. */
async function readBody(
  zip: DocxZip,
  main: string,
  context: BodyContext,
): Promise<{ blocks: DocxBlock[]; sections: Xml[] }> {
  const blocks: DocxBlock[] = [];
  const sections: Xml[] = [];
  const take = (child: Xml) => {
    sections.push(...(child.name === "w:sectPr" ? [child] : descendants(child, "w:sectPr")));
    // A spread of very many arguments would overflow the stack.
    for (const block of blocksIn(child, context)) blocks.push(block);
  };
  await parseXml({ name: main, chunks: zip.stream(main) }, { inside: "w:body", take });
  blocks.push(...endOfStory(context));
  return { blocks, sections };
}

/** Texts outside of the body, which follow it in the text. */
interface Beside {
  readonly notes: readonly Note[];
  readonly graphics: readonly Graphic[];
}

function textFields(
  blocks: readonly DocxBlock[],
  { notes, graphics }: Beside,
  options: DocumentOptions,
): JsonObject {
  const paragraphs = blocks.filter((block): block is Paragraph => block.kind === "paragraph");
  const tables = blocks.filter((block): block is Table => block.kind === "table");
  const shown = within(paragraphs, options.max_characters);
  const noteLines = notes.map(({ mark, text }) => `${mark} ${text}`.trim());
  const drawn = graphics.map((graphic) => graphic.text).filter((part) => part !== "");
  const text = [textOfBlocks(blocks), ...noteLines, ...drawn].join("\n");
  const character_count = countCharacters(text);
  return {
    document_type: "DOCX",
    paragraph_count: paragraphs.filter(({ in_text_box }) => !in_text_box).length,
    table_count: tables.length,
    text_content: cut(text, options.max_characters),
    word_count: countWords(text),
    character_count,
    truncated: character_count > options.max_characters,
    paragraphs: asJson(shown.map(plainParagraph)),
    tables: within(tables, options.max_characters).map(plainTable),
    lists: listsOf(shown),
  };
}

/** The longest run of blocks from the start with at most `limit` characters. */
function within<Kind extends DocxBlock>(blocks: readonly Kind[], limit: number): readonly Kind[] {
  let characters = 0;
  const end = blocks.findIndex((block) => {
    characters += countCharacters(textOfBlocks([block]));
    return characters > limit;
  });
  return end === -1 ? blocks : blocks.slice(0, end);
}

function plainParagraph({ text, style, heading_level, list, in_text_box }: Paragraph) {
  return { text, style, heading_level, list, in_text_box };
}

/** A table in the form of the result. */
function plainTable({ rows }: Table): JsonObject {
  return {
    rows: rows.map((row) =>
      row.map(({ text, column_span, row_span, tables }) => ({
        text,
        column_span,
        row_span,
        tables: tables.map(plainTable),
      })),
    ),
  };
}

/** Groups consecutive list items into lists. */
function listsOf(paragraphs: readonly Paragraph[]): JsonObject[] {
  const lists: { id: string; ordered: boolean; items: { level: number; label: string; text: string }[] }[] =
    [];
  let open: (typeof lists)[number] | undefined;
  for (const { list, text } of paragraphs) {
    if (list === null) open = undefined;
    else {
      if (open?.id !== list.id) {
        open = { id: list.id, ordered: list.ordered, items: [] };
        lists.push(open);
      }
      open.items.push({ level: list.level, label: list.label, text });
    }
  }
  return lists.map(({ ordered, items }) => ({ ordered, items }));
}

function partsWithLinks(zip: DocxZip): string[] {
  return zip
    .names()
    .map((name) =>
      /^(word\/)_rels\/((?:settings|header\d*|footer\d*|footnotes|comments)\.xml)\.rels$/.exec(name),
    )
    .flatMap((match) => (match === null ? [] : [`${match[1]}${match[2]}`]));
}
