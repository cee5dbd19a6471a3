import { readMetadata } from "../docx/metadata.ts";
import { relationshipsOf } from "../docx/package.ts";
import type { DocxZip } from "../docx/zip.ts";

/** Properties of an office document that is no DOCX. */
export async function officeMetadata(zip: DocxZip): Promise<Record<string, string | null>> {
  const all = await readMetadata(zip, await relationshipsOf(zip, ""));
  const texts = Object.entries(all).filter(([name]) => name !== "revision" && name !== "stored_page_count");
  return Object.fromEntries(texts.map(([name, value]) => [name, value === null ? null : String(value)]));
}
