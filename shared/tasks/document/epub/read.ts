import { FileError } from "../../../errors.ts";
import { decodeText } from "../../../media/text/decode.ts";
import type { JsonObject } from "../../task.ts";
import { FORMS, type Form } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import type { DocxZip } from "../docx/zip.ts";
import { statedEncoding } from "../html/encoding.ts";
import { type HtmlReading, readPage } from "../html/read.ts";
import { unsupported } from "../kind.ts";
import type { DocumentOptions } from "../options.ts";
import { readingFields } from "../reading/fields.ts";
import type { Section } from "../reading/reading.ts";
import { type Book, readBook } from "./book.ts";

/** Makes the fields of an EPUB book: its chapters in the order of reading. @throws FileError `corrupt_file`, `unsupported_format`, `too_large` */
export async function epubFields(zip: DocxZip, options: DocumentOptions): Promise<JsonObject> {
  const book = await readBook(zip);
  await refuseProtected(zip, book);
  const leftOut = new LeftOut();
  const form = FORMS[options.format];
  const chapters: Chapter[] = [];
  for (const name of book.chapters) {
    if (!zip.has(name)) leftOut.add("missing chapter");
    else chapters.push(await chapterOf(zip, name, { form, leftOut }));
  }
  return readingFields(
    {
      document_type: "EPUB",
      media_type: "application/epub+zip",
      metadata: book.metadata,
      sections: chapters.map(({ section }) => section),
      links: chapters
        .flatMap(({ page }) => page.links)
        .filter(({ target }) => /^[a-z][\w+.-]*:/i.test(target)),
      left_out: leftOut.counts(),
    },
    options,
  );
}

interface Chapter {
  readonly section: Section;
  readonly page: HtmlReading;
}

async function chapterOf(
  zip: DocxZip,
  name: string,
  { form, leftOut }: { readonly form: Form; readonly leftOut: LeftOut },
): Promise<Chapter> {
  const bytes = await zip.read(name);
  const { text } = decodeText(bytes, statedEncoding(bytes.toString("latin1", 0, 4_096)));
  const page = readPage(text, form, leftOut);
  const heading = page.blocks.find((block) => block.kind === "paragraph" && block.heading_level !== null);
  const title =
    heading?.kind === "paragraph" ? heading.text.replace(/\s+/g, " ") : (page.metadata.title ?? "");
  return { section: { kind: "chapter", title, hidden: false, parts: page.blocks }, page };
}

/** Refuses a book whose chapters are encrypted; fonts may be. */
async function refuseProtected(zip: DocxZip, { chapters }: Book): Promise<void> {
  if (!zip.has("META-INF/encryption.xml")) return;
  const list = (await zip.read("META-INF/encryption.xml")).toString("utf8");
  const encrypted = [...list.matchAll(/URI\s*=\s*["']([^"']{1,2000})["']/g)].map(([, uri = ""]) =>
    decoded(uri),
  );
  if (chapters.some((name) => encrypted.includes(name)))
    throw unsupported("an EPUB book that is protected against copying");
}

/** A reference whose percent signs are decoded. */
function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch (error) {
    if (error instanceof URIError) return uri;
    throw new FileError("corrupt_file", "The book names a part that cannot be read.", { cause: error });
  }
}
