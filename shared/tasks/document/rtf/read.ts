import { FileError } from "../../../errors.ts";
import type { JsonObject, StepFile } from "../../task.ts";
import { FORMS } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import type { DocumentOptions } from "../options.ts";
import { textParagraph } from "../reading/blocks.ts";
import type { ReadContext } from "../reading/context.ts";
import { readingFields } from "../reading/fields.ts";
import { RtfDocument } from "./document.ts";
import { RtfReader } from "./reader.ts";
import { tokensOf } from "./tokens.ts";

/** Most bytes of a document; nearly all of a large one are pictures, which are passed over. */
const LARGEST = 64 * 2 ** 20;

/** Makes the fields of an RTF document. @throws FileError `too_large` */
export async function rtfFields(
  file: StepFile,
  options: DocumentOptions,
  { progress }: ReadContext,
): Promise<JsonObject> {
  if (file.bytes > LARGEST) {
    const limit = LARGEST / 2 ** 20;
    throw new FileError(
      "too_large",
      `The document is larger than ${limit} MB. This limit is fixed; split it.`,
    );
  }
  const form = FORMS[options.format];
  const document = new RtfDocument(form);
  const leftOut = new LeftOut();
  const reader = new RtfReader(document, leftOut);
  const rtf = (await file.read()).toString("latin1").replace(/^\xef\xbb\xbf/, "");
  for (const token of tokensOf(rtf)) reader.take(token);
  reader.end();
  progress();
  const below = document.notes
    .filter(({ kind }) => kind !== "comment")
    .map(({ place, text }) => textParagraph(form, `[${place}] ${text}`));
  const { metadata } = reader;
  const section = {
    kind: "text",
    title: metadata.title ?? "",
    hidden: false,
    parts: [...document.blocks, ...below],
  } as const;
  return readingFields(
    {
      document_type: "RTF",
      media_type: "application/rtf",
      metadata,
      sections: [section],
      links: document.links,
      notes: document.notes,
      left_out: leftOut.counts(),
    },
    options,
  );
}
