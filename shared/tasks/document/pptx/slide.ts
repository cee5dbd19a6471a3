import type { DocxBlock } from "../docx/blocks.ts";
import { graphicsOf } from "../docx/graphics.ts";
import { descendants, find, type Xml } from "../docx/xml.ts";
import { textParagraph } from "../reading/blocks.ts";
import type { SlideContext } from "./context.ts";
import { paragraphsOf } from "./paragraphs.ts";
import { isOfDesign, isTitle, placeholderOf, shapesOf } from "./shapes.ts";
import { slideTable } from "./table.ts";

/** Reads a slide: its title as a heading, then its other shapes in their order. */
export async function readSlide(
  root: Xml,
  context: SlideContext,
): Promise<{ readonly title: string; readonly blocks: readonly DocxBlock[] }> {
  const tree = find(root, "p:cSld", "p:spTree");
  const shapes = tree === undefined ? [] : shapesOf(tree);
  const titles = shapes.filter(isTitle);
  const heads = titles.flatMap((shape) => blocksOfText(shape, context, 2));
  const blocks: DocxBlock[] = [...heads];
  for (const shape of shapes) if (!titles.includes(shape)) blocks.push(...(await blocksOf(shape, context)));
  const title = heads.map(({ text }) => text.replace(/\s+/g, " ")).join(" ");
  return { title, blocks };
}

async function blocksOf(shape: Xml, context: SlideContext): Promise<readonly DocxBlock[]> {
  if (shape.name === "p:graphicFrame") return await blocksOfFrame(shape, context);
  if (shape.name === "p:pic") return pictureBlocks(shape, context);
  return isOfDesign(shape) ? [] : blocksOfText(shape, context);
}

function blocksOfText(shape: Xml, context: SlideContext, heading: number | null = null) {
  const body = find(shape, "p:txBody");
  if (body === undefined) return [];
  const hasBullets = /^(?:body|obj|)$/.test(placeholderOf(shape)?.type ?? "none");
  return paragraphsOf(body, context, { heading, hasBullets });
}

/** The description that its author gave a picture, as in a DOCX. */
function pictureBlocks(shape: Xml, { form }: SlideContext): DocxBlock[] {
  const description = find(shape, "p:nvPicPr", "p:cNvPr")?.attributes.descr?.trim() ?? "";
  return description === "" ? [] : [textParagraph(form, `[${description}]`)];
}

/** A table, chart, diagram or embedded object. */
async function blocksOfFrame(frame: Xml, context: SlideContext): Promise<DocxBlock[]> {
  const data = find(frame, "a:graphic", "a:graphicData");
  const table = find(data, "a:tbl");
  if (table !== undefined) return [slideTable(table, context)];
  if (data === undefined) return [];
  const ids = [
    ...descendants(data, "chart").map(({ attributes }) => attributes["r:id"]),
    ...descendants(data, "relIds").map(({ attributes }) => attributes["r:dm"]),
  ].filter((id) => id !== undefined);
  const graphics = await graphicsOf(context.zip, context.relations, ids);
  const object = descendants(data, "p:oleObj")[0]?.attributes.progId;
  if (object !== undefined) context.leftOut.add(`object ${object}`);
  const texts = graphics.map(({ text }) => text).filter((text) => text !== "");
  return texts.map((text) => textParagraph(context.form, text));
}
