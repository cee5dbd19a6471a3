import type { DocxZip } from "../docx/zip.ts";

/** Formats that are zip archives. */
export type PackageKind = "docx" | "xlsx" | "pptx" | "odt" | "ods" | "odp" | "epub" | "other";

const MIME_TYPES: readonly (readonly [start: string, kind: PackageKind])[] = [
  ["application/vnd.oasis.opendocument.text", "odt"],
  ["application/vnd.oasis.opendocument.spreadsheet", "ods"],
  ["application/vnd.oasis.opendocument.presentation", "odp"],
  ["application/epub+zip", "epub"],
];

/** Finds the format of a zip archive by its parts. */
export async function packageKind(zip: DocxZip): Promise<PackageKind> {
  const mime = (await textOf(zip, "mimetype")).slice(0, 200).trim();
  const stated = MIME_TYPES.find(([start]) => mime.startsWith(start))?.[1];
  if (stated !== undefined) return stated;
  if (zip.has("META-INF/container.xml") && zip.names().some((name) => name.endsWith(".opf"))) return "epub";
  return officeKind(zip, await textOf(zip, "[Content_Types].xml"));
}

/** @param types the list of content types, "" where it is missing */
function officeKind(zip: DocxZip, types: string): PackageKind {
  if (types.includes("wordprocessingml")) return "docx";
  if (/spreadsheetml|ms-excel\.sheet/.test(types) || zip.has("xl/workbook.xml")) return "xlsx";
  if (/presentationml|ms-powerpoint/.test(types) || zip.has("ppt/presentation.xml")) return "pptx";
  return zip.has("word/document.xml") || types !== "" ? "docx" : "other";
}

async function textOf(zip: DocxZip, name: string): Promise<string> {
  return zip.has(name) ? (await zip.read(name)).toString("utf8") : "";
}
