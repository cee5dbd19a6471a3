import type { JsonObject } from "../../task.ts";
import { textOfBlocks } from "../docx/blocks.ts";
import { FORMS } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import { optionalPart } from "../docx/package.ts";
import { descendants, elements, find, type Xml } from "../docx/xml.ts";
import type { DocxZip } from "../docx/zip.ts";
import type { DocumentOptions } from "../options.ts";
import { textParagraph } from "../reading/blocks.ts";
import { readingFields } from "../reading/fields.ts";
import type { Section } from "../reading/reading.ts";
import { blocksOf } from "./blocks.ts";
import { MEDIA, odfMetadata, readContent } from "./content.ts";
import type { OdfContext } from "./inline.ts";
import { numberedLists } from "./lists.ts";

/** Makes the fields of an OpenDocument presentation. @throws FileError `corrupt_file`, `password_required`, `too_large` */
export async function odpFields(zip: DocxZip, options: DocumentOptions): Promise<JsonObject> {
  const root = await readContent(zip);
  const context: OdfContext = {
    form: FORMS[options.format],
    leftOut: new LeftOut(),
    links: [],
    notes: [],
    section: 0,
    numbered: numberedLists(root, await optionalPart(zip, "styles.xml")),
  };
  const hidden = hiddenStyles(root);
  const sections: Section[] = [];
  for (const page of elements(find(root, "office:body", "office:presentation"), "draw:page")) {
    context.section += 1;
    sections.push(slideOf(page, hidden, context));
  }
  return readingFields(
    {
      document_type: "ODP",
      media_type: `${MEDIA}.presentation`,
      metadata: await odfMetadata(zip),
      sections,
      links: context.links,
      notes: context.notes,
      left_out: context.leftOut.counts(),
    },
    options,
  );
}

function slideOf(page: Xml, hidden: ReadonlySet<string>, context: OdfContext): Section {
  const shapes = ownShapes(page).filter(({ name }) => name !== "presentation:notes");
  const titles = shapes.filter(({ attributes }) => attributes["presentation:class"] === "title");
  const title = titles.map((shape) => textOfBlocks(blocksOf(shape, context)).replace(/\s+/g, " ")).join(" ");
  const heading = title === "" ? [] : [textParagraph(context.form, title, 2)];
  const others = { ...page, children: shapes.filter((shape) => !titles.includes(shape)) };
  const blocks = blocksOf(others, context);
  const notes = find(page, "presentation:notes");
  const said =
    notes === undefined ? "" : textOfBlocks(blocksOf({ ...notes, children: ownShapes(notes) }, context));
  if (said !== "")
    context.notes.push({ kind: "note", section: context.section, place: "", author: "", text: said });
  const spoken = said === "" ? [] : [textParagraph(context.form, said)];
  const isHidden = hidden.has(page.attributes["draw:style-name"] ?? "");
  return { kind: "slide", title, hidden: isHidden, parts: [...heading, ...blocks, ...spoken] };
}

/** Shapes whose text the design puts on each page: number, date, header and footer. */
const OF_DESIGN: ReadonlySet<string> = new Set(["page-number", "date-time", "header", "footer"]);

/** The shapes of a page, or of its notes, that are its own. */
function ownShapes(page: Xml): Xml[] {
  return elements(page).filter(({ attributes }) => !OF_DESIGN.has(attributes["presentation:class"] ?? ""));
}

/** Names of the styles of pages that are not shown. */
function hiddenStyles(root: Xml): ReadonlySet<string> {
  const styles = descendants(root, "style:style").filter(
    (style) =>
      find(style, "style:drawing-page-properties")?.attributes["presentation:visibility"] === "hidden",
  );
  return new Set(styles.map(({ attributes }) => attributes["style:name"] ?? ""));
}
