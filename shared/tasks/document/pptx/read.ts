import { FileError } from "../../../errors.ts";
import type { JsonObject } from "../../task.ts";
import { FORMS } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import { optionalPart, relationshipsOf } from "../docx/package.ts";
import { elements, find, parseXml } from "../docx/xml.ts";
import type { DocxZip } from "../docx/zip.ts";
import type { DocumentOptions } from "../options.ts";
import { officeMetadata } from "../package/metadata.ts";
import { textParagraph } from "../reading/blocks.ts";
import { readingFields } from "../reading/fields.ts";
import type { DocumentLink, Section, SideNote } from "../reading/reading.ts";
import type { SlideContext } from "./context.ts";
import { notesOfSlide } from "./notes.ts";
import { readSlide } from "./slide.ts";

const MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
const FALLBACK = "ppt/presentation.xml";

/** Makes the fields of a PowerPoint presentation. @throws FileError `corrupt_file`, `too_large` */
export async function pptxFields(zip: DocxZip, options: DocumentOptions): Promise<JsonObject> {
  const context = { zip, form: FORMS[options.format], links: [] as DocumentLink[], leftOut: new LeftOut() };
  const sections: Section[] = [];
  const notes: SideNote[] = [];
  for (const part of await slidesOf(zip)) {
    const number = sections.length + 1;
    const { section, notes: own } = await slideOf(part, number, context);
    sections.push(section);
    notes.push(...own);
  }
  return readingFields(
    {
      document_type: "PPTX",
      media_type: MEDIA_TYPE,
      metadata: await officeMetadata(zip),
      sections,
      links: context.links,
      notes,
      left_out: context.leftOut.counts(),
    },
    options,
  );
}

/** Names of the slides' parts in the order of the presentation, which names of files do not have. */
async function slidesOf(zip: DocxZip): Promise<string[]> {
  const packageLinks = [...(await relationshipsOf(zip, "")).values()];
  const stated = packageLinks.find(({ type, external }) => type === "officeDocument" && !external)?.target;
  const main = [stated, FALLBACK].find((name) => name !== undefined && zip.has(name));
  if (main === undefined)
    throw new FileError("corrupt_file", "The presentation is damaged: its list of slides is missing.");
  const root = await parseXml({ name: main, chunks: zip.stream(main) });
  const links = await relationshipsOf(zip, main);
  const parts = elements(find(root, "p:sldIdLst"), "p:sldId").flatMap(({ attributes }) => {
    const link = links.get(attributes["r:id"] ?? "");
    return link === undefined || link.external || !zip.has(link.target) ? [] : [link.target];
  });
  // A part is one slide; a list that names it many times would only multiply its text.
  return [...new Set(parts)];
}

async function slideOf(
  part: string,
  number: number,
  shared: Pick<SlideContext, "zip" | "form" | "links" | "leftOut">,
): Promise<{ readonly section: Section; readonly notes: readonly SideNote[] }> {
  const relations = await relationshipsOf(shared.zip, part);
  const root = await optionalPart(shared.zip, part);
  if (root === undefined) {
    shared.leftOut.add("damaged slide");
    return { section: { kind: "slide", title: "", hidden: false, parts: [] }, notes: [] };
  }
  const { title, blocks } = await readSlide(root, { ...shared, relations });
  const notes = await notesOfSlide(shared.zip, relations, number);
  const spoken = notes
    .filter(({ kind }) => kind === "note")
    .map(({ text }) => textParagraph(shared.form, text));
  const hidden = /^(?:0|false)$/.test(root.attributes.show ?? "");
  return { section: { kind: "slide", title, hidden, parts: [...blocks, ...spoken] }, notes };
}
