import type { JsonObject } from "../../task.ts";
import { FORMS } from "../docx/form/form.ts";
import type { DocxZip } from "../docx/zip.ts";
import { type InnerFile, listed, readFiles } from "../inside.ts";
import type { DocumentOptions } from "../options.ts";
import { textParagraph } from "../reading/blocks.ts";
import type { ReadContext } from "../reading/context.ts";
import { readingFields } from "../reading/fields.ts";

/** Makes the fields of a zip archive that is no document: its files listed, or read themselves. @throws FileError `too_large` */
export async function archiveFields(
  zip: DocxZip,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  const form = FORMS[options.format];
  const files = zip
    .names()
    .filter((name) => !name.endsWith("/"))
    .map((name) => innerFile(zip, name));
  const inside = options.archives === "read" ? await readFiles(files, form, context) : listed(files);
  const parts = files.map(({ filename }) => textParagraph(form, filename));
  const list = { kind: "text", title: "", hidden: false, parts } as const;
  return readingFields(
    {
      document_type: "Archive",
      media_type: "application/zip",
      sections: [list, ...inside.sections],
      attachments: inside.attachments,
    },
    options,
  );
}

function innerFile(zip: DocxZip, name: string): InnerFile {
  return {
    filename: name,
    // An archive states no types.
    media_type: "application/octet-stream",
    bytes: zip.size(name),
    content: () => zip.read(name),
  };
}
