import { linesOf } from "../docx/drawing.ts";
import { graphicsOf } from "../docx/graphics.ts";
import { optionalPart, type Relationships, relationshipsOf } from "../docx/package.ts";
import type { DocxZip } from "../docx/zip.ts";

/** Texts of the shapes and charts that lie over a sheet. */
export async function drawnTexts(zip: DocxZip, links: Relationships): Promise<string[]> {
  const texts: string[] = [];
  for (const { type, target, external } of links.values()) {
    if (type !== "drawing" || external) continue;
    const root = await optionalPart(zip, target);
    if (root !== undefined) texts.push(...linesOf(root));
    const own = await relationshipsOf(zip, target);
    const graphics = await graphicsOf(zip, own, [...own.keys()]);
    texts.push(...graphics.map(({ text }) => text).filter((text) => text !== ""));
  }
  return texts;
}
