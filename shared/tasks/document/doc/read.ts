import type { JsonObject } from "../../task.ts";
import { FORMS } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import type { DocumentOptions } from "../options.ts";
import type { OleStorage } from "../package/container.ts";
import { noteParagraphs } from "../reading/blocks.ts";
import type { ReadContext } from "../reading/context.ts";
import { readingFields } from "../reading/fields.ts";
import type { WordDocument } from "./context.ts";
import { edgesOf } from "./edges.ts";
import { damagedDoc, type WordFile } from "./fib.ts";
import { Formatting } from "./formatting.ts";
import { listsOf } from "./lists.ts";
import { marksOf } from "./marks.ts";
import { PieceText } from "./pieces.ts";
import { Stories } from "./story.ts";
import { summaryOf } from "./summary.ts";

/** Makes the fields of a document of Word 97 to 2003. @throws FileError `corrupt_file`, `too_large` */
export function docFields(
  { file, storage }: { readonly file: WordFile; readonly storage: OleStorage },
  options: DocumentOptions,
  { progress }: ReadContext,
): JsonObject {
  const pieces = new PieceText(file);
  const document: WordDocument = {
    file,
    text: pieces.text,
    formatting: new Formatting(file, pieces),
    lists: listsOf(file),
    form: FORMS[options.format],
    leftOut: new LeftOut(),
    links: [],
    notes: [],
    marks: marksOf(file),
    progress,
  };
  if (pieces.text.length < file.stories.main.to) throw damagedDoc();
  const stories = new Stories(document);
  const blocks = stories.blocks(file.stories.main);
  const below = noteParagraphs(document.form, document.notes);
  const metadata = summaryOf(storage);
  const section = {
    kind: "text",
    title: metadata.title ?? "",
    hidden: false,
    parts: [...blocks, ...below],
  } as const;
  return readingFields(
    {
      document_type: "DOC",
      media_type: "application/msword",
      metadata,
      sections: [section],
      links: document.links,
      notes: document.notes,
      edges: edgesOf(stories),
      left_out: document.leftOut.counts(),
    },
    options,
  );
}
