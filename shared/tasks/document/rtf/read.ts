import { FileError } from "../../../errors.ts";
import type { JsonObject, StepFile } from "../../task.ts";
import type { DocxBlock } from "../docx/blocks.ts";
import { FORMS, type Form } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import type { DocumentOptions } from "../options.ts";
import { noteParagraphs } from "../reading/blocks.ts";
import type { ReadContext } from "../reading/context.ts";
import { readingFields } from "../reading/fields.ts";
import type { DocumentLink, SideNote } from "../reading/reading.ts";
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
  const leftOut = new LeftOut();
  const { blocks, links, notes, metadata } = readRtf((await file.read()).toString("latin1"), form, leftOut);
  progress();
  const section = {
    kind: "text",
    title: metadata.title ?? "",
    hidden: false,
    parts: blocks,
  } as const;
  return readingFields(
    {
      document_type: "RTF",
      media_type: "application/rtf",
      metadata,
      sections: [section],
      links,
      notes,
      left_out: leftOut.counts(),
    },
    options,
  );
}

interface RtfReading {
  /** With notes at their end. */
  readonly blocks: readonly DocxBlock[];
  readonly links: readonly DocumentLink[];
  readonly notes: readonly SideNote[];
  readonly metadata: Readonly<Record<string, string | null>>;
}

/** Reads RTF, each byte a character of Latin-1. @throws FileError `too_large` */
export function readRtf(rtf: string, form: Form, leftOut: LeftOut): RtfReading {
  const document = new RtfDocument(form);
  const reader = new RtfReader(document, leftOut);
  for (const token of tokensOf(rtf.replace(/^\xef\xbb\xbf/, ""))) reader.take(token);
  reader.end();
  const { blocks, links, notes } = document;
  const below = noteParagraphs(form, notes);
  return { blocks: [...blocks, ...below], links, notes, metadata: reader.metadata };
}
