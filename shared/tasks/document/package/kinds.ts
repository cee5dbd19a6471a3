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

/** Types of the main part, and its usual name. A document may hold others: a chart of a presentation has a workbook. */
const MAIN: readonly (readonly [type: RegExp, part: string, kind: PackageKind])[] = [
  [/wordprocessingml\.\w+\.main|ms-word\.[\w.]+\.main/i, "word/document.xml", "docx"],
  [/spreadsheetml\.\w+\.main|ms-excel\.[\w.]+\.main/i, "xl/workbook.xml", "xlsx"],
  [/presentationml\.\w+\.main|ms-powerpoint\.[\w.]+\.main/i, "ppt/presentation.xml", "pptx"],
];

/** @param types the list of content types, "" where it is missing */
function officeKind(zip: DocxZip, types: string): PackageKind {
  const found = MAIN.find(([type]) => type.test(types)) ?? MAIN.find(([, part]) => zip.has(part));
  if (found !== undefined) return found[2];
  if (types.includes("wordprocessingml")) return "docx";
  if (/spreadsheetml|ms-excel\.sheet/.test(types)) return "xlsx";
  if (/presentationml|ms-powerpoint/.test(types)) return "pptx";
  return types === "" ? "other" : "docx";
}

async function textOf(zip: DocxZip, name: string): Promise<string> {
  return zip.has(name) ? (await zip.read(name)).toString("utf8") : "";
}
