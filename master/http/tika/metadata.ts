import { escaped } from "../../../shared/http/html.ts";
import type { JsonObject } from "../../../shared/tasks/task.ts";
import type { TextForm } from "./ask.ts";
import type { TikaBody } from "./body.ts";

/** What was read of a body, under the names that Tika gives. */
export type TikaMetadata = Record<string, string | readonly string[]>;

/** Our names of a document's metadata, and Tika's. */
const NAMES = {
  title: "dc:title",
  author: "dc:creator",
  subject: "dc:subject",
  description: "dc:description",
  keywords: "meta:keyword",
  language: "dc:language",
  creator: "xmp:CreatorTool",
  producer: "pdf:docinfo:producer",
  created: "dcterms:created",
  modified: "dcterms:modified",
  company: "extended-properties:Company",
  last_modified_by: "meta:last-author",
  pdf_version: "pdf:PDFVersion",
  publisher: "dc:publisher",
  identifier: "dc:identifier",
  to: "Message-To",
  cc: "Message-Cc",
  bcc: "Message-Bcc",
} as const;

/** @param result undefined where nothing was read of the contents */
export function metadataOf(
  { filename, kind, stored }: TikaBody,
  result: JsonObject | undefined,
): TikaMetadata {
  const own = isObject(result?.metadata) ? result.metadata : {};
  const found = Object.entries(NAMES).flatMap(([name, tika]) => {
    const value = own[name];
    return typeof value === "string" && value !== "" ? [[tika, value] as const] : [];
  });
  const encoding = typeof result?.encoding === "string" ? { "Content-Encoding": result.encoding } : {};
  const pages = pagesOf(result);
  return {
    "Content-Type": typeof result?.media_type === "string" ? result.media_type : kind.mediaType,
    "Content-Length": String(stored.bytes),
    ...encoding,
    resourceName: filename,
    "X-TIKA:Parsed-By": ["manyhands", kind.task],
    ...(typeof pages === "number" ? { "xmpTPg:NPages": String(pages) } : {}),
    ...Object.fromEntries(found),
  };
}

/** Number of pages or slides. */
function pagesOf(result: JsonObject | undefined): unknown {
  if (result?.document_type === "PPTX" || result?.document_type === "ODP") return result.section_count;
  return result?.page_count ?? (Array.isArray(result?.pages) ? result.pages.length : undefined);
}

/** The text of a result of `document` or `ocr` in this form. */
export function contentOf(result: JsonObject | undefined, form: TextForm): string {
  if (result === undefined || form === "none") return "";
  const text = stringOf(result.text_content ?? result.extracted_text);
  if (form === "markdown") return stringOf(result.markdown ?? text);
  if (form === "text") return text;
  const body =
    typeof result.html === "string" ? result.html : `<p>${escaped(text).replaceAll("\n", "<br/>\n")}</p>`;
  return `<html xmlns="http://www.w3.org/1999/xhtml"><head><title></title></head><body>${body}</body></html>`;
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
