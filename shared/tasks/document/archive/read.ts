import type { JsonObject } from "../../task.ts";
import { FORMS } from "../docx/form/form.ts";
import type { DocxZip } from "../docx/zip.ts";
import { type InnerFile, type InnerFiles, listed, readFiles } from "../inside.ts";
import type { DocumentOptions } from "../options.ts";
import { textParagraph } from "../reading/blocks.ts";
import type { ReadContext } from "../reading/context.ts";
import { readingFields } from "../reading/fields.ts";

interface Archive {
  readonly media_type: string;
  readonly files: InnerFiles;
}

/** Makes the fields of an archive that is no document: its files listed, or read themselves. @throws FileError `too_large` */
export async function archiveFields(
  { media_type, files }: Archive,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  const form = FORMS[options.format];
  const inside = options.archives === "read" ? await readFiles(files, form, context) : await listed(files);
  const parts = inside.attachments.map(({ filename }) => textParagraph(form, filename));
  const list = { kind: "text", title: "", hidden: false, parts } as const;
  return readingFields(
    {
      document_type: "Archive",
      media_type,
      sections: [list, ...inside.sections],
      attachments: inside.attachments,
    },
    options,
  );
}

/** A zip archive. */
export function zipArchive(zip: DocxZip): Archive {
  const names = zip.names().filter((name) => !name.endsWith("/"));
  return { media_type: "application/zip", files: names.map((name) => zippedFile(zip, name)) };
}

function zippedFile(zip: DocxZip, name: string): InnerFile {
  return {
    filename: name,
    media_type: UNSTATED,
    bytes: zip.size(name),
    content: () => zip.read(name),
  };
}

/** An archive states no types. */
export const UNSTATED = "application/octet-stream";
