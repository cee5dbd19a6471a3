import { FileError } from "../../../errors.ts";
import { optionalPart } from "../docx/package.ts";
import { descendants, find, parseXml, textBelow, type Xml } from "../docx/xml.ts";
import type { DocxZip } from "../docx/zip.ts";

export const MEDIA = "application/vnd.oasis.opendocument";
const CONTENT = "content.xml";

/** Reads the content of an OpenDocument file. @throws FileError `corrupt_file`, `password_required`, `too_large` */
export async function readContent(zip: DocxZip): Promise<Xml> {
  await requireContent(zip);
  return await parseXml({ name: CONTENT, chunks: zip.stream(CONTENT) });
}

/** @throws FileError `corrupt_file`, `password_required` */
export async function requireContent(zip: DocxZip): Promise<void> {
  if (!zip.has(CONTENT))
    throw new FileError("corrupt_file", "The document is damaged: its part content.xml is missing.");
  const manifest = await optionalPart(zip, "META-INF/manifest.xml");
  if (manifest !== undefined && descendants(manifest, "encryption-data").length > 0) {
    throw new FileError(
      "password_required",
      "The OpenDocument file is encrypted, which is not supported. Save a copy without a password and send that.",
    );
  }
}

/** Reads the metadata of an OpenDocument file. */
export async function odfMetadata(zip: DocxZip): Promise<Record<string, string | null>> {
  const meta = find(await optionalPart(zip, "meta.xml"), "office:meta");
  const text = (name: string) => textBelow(find(meta, name)).trim().slice(0, 2_000);
  const date = (name: string) => (Number.isNaN(Date.parse(text(name))) ? null : text(name));
  const keywords = meta === undefined ? [] : descendants(meta, "meta:keyword").map(textBelow);
  const first = text("meta:initial-creator");
  return {
    title: text("dc:title"),
    author: first === "" ? text("dc:creator") : first,
    subject: text("dc:subject"),
    creator: text("meta:generator"),
    keywords: keywords.join(", ").slice(0, 2_000),
    description: text("dc:description"),
    language: text("dc:language"),
    last_modified_by: text("dc:creator"),
    created: date("meta:creation-date"),
    modified: date("dc:date"),
  };
}
