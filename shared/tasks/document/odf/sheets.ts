import type { JsonObject } from "../../task.ts";
import { FORMS } from "../docx/form/form.ts";
import type { DocxZip } from "../docx/zip.ts";
import type { DocumentOptions } from "../options.ts";
import { readEvents } from "../package/events.ts";
import { textParagraph } from "../reading/blocks.ts";
import { readingFields } from "../reading/fields.ts";
import { MEDIA, odfMetadata, requireContent } from "./content.ts";
import { SheetsReader } from "./sheetsReader.ts";

/** Makes the fields of an OpenDocument spreadsheet; its cells hold their values as shown. @throws FileError `corrupt_file`, `password_required`, `too_large` */
export async function odsFields(zip: DocxZip, options: DocumentOptions): Promise<JsonObject> {
  await requireContent(zip);
  const reader = new SheetsReader(options.max_characters);
  await readEvents({ name: "content.xml", chunks: zip.stream("content.xml", "streamed") }, reader);
  const form = FORMS[options.format];
  return readingFields(
    {
      document_type: "ODS",
      media_type: `${MEDIA}.spreadsheet`,
      metadata: await odfMetadata(zip),
      sections: reader.sheets.map(({ name, hidden, grid }) => ({
        ...{ kind: "sheet", title: name, hidden },
        parts: [textParagraph(form, name, 2), ...(grid.row_count === 0 ? [] : [grid])],
      })),
      links: reader.links,
      notes: reader.notes,
    },
    options,
  );
}
