import type { JsonObject } from "../../task.ts";
import { FORMS } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import { optionalPart } from "../docx/package.ts";
import { find } from "../docx/xml.ts";
import type { DocxZip } from "../docx/zip.ts";
import type { DocumentOptions } from "../options.ts";
import { noteParagraphs } from "../reading/blocks.ts";
import { readingFields } from "../reading/fields.ts";
import { blocksOf } from "./blocks.ts";
import { MEDIA, odfMetadata, readContent } from "./content.ts";
import type { OdfContext } from "./inline.ts";
import { numberedLists } from "./lists.ts";

/** Makes the fields of an OpenDocument text. @throws FileError `corrupt_file`, `password_required`, `too_large` */
export async function odtFields(zip: DocxZip, options: DocumentOptions): Promise<JsonObject> {
  const root = await readContent(zip);
  const body = find(root, "office:body", "office:text");
  const context: OdfContext = {
    form: FORMS[options.format],
    leftOut: new LeftOut(),
    links: [],
    notes: [],
    section: 1,
    numbered: numberedLists(root, await optionalPart(zip, "styles.xml")),
  };
  const blocks = body === undefined ? [] : blocksOf(body, context);
  const below = noteParagraphs(context.form, context.notes);
  const metadata = await odfMetadata(zip);
  const section = {
    kind: "text",
    title: metadata.title ?? "",
    hidden: false,
    parts: [...blocks, ...below],
  } as const;
  return readingFields(
    {
      document_type: "ODT",
      media_type: `${MEDIA}.text`,
      metadata,
      sections: [section],
      links: context.links,
      notes: context.notes,
      left_out: context.leftOut.counts(),
    },
    options,
  );
}
