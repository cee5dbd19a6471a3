import type { JsonObject, StepFile } from "../../task.ts";
import { type DocxZip, openZip } from "../docx/zip.ts";
import { extensionOf } from "../extension.ts";
import { misnamed } from "../kind.ts";
import type { DocumentOptions } from "../options.ts";
import { entryOf } from "../own.ts";
import type { ReadContext } from "../reading/context.ts";
import { type PackageKind, packageKind } from "./kinds.ts";

/** Makes the fields of an office document or another zip archive. @throws FileError `misnamed`, and what its reader throws */
export async function packageFields(
  file: StepFile,
  options: DocumentOptions,
  context: ReadContext,
): Promise<JsonObject> {
  const zip = await openZip(file, () => context.progress());
  const kind = await packageKind(zip);
  if (!options.any_name) checkPackageName(file.filename, kind);
  if (kind === "other" && options.archives !== undefined) {
    const { archiveFields, zipArchive } = await import("../archive/read.ts");
    return await archiveFields(zipArchive(zip), options, context);
  }
  return await READERS[kind](zip, options);
}

type Reader = (zip: DocxZip, options: DocumentOptions) => Promise<JsonObject>;

const docx: Reader = async (...of) => (await import("../docx/read.ts")).docxFields(...of);

const READERS: Readonly<Record<PackageKind, Reader>> = {
  docx,
  xlsx: async (...of) => (await import("../xlsx/read.ts")).xlsxFields(...of),
  pptx: async (...of) => (await import("../pptx/read.ts")).pptxFields(...of),
  odt: async (...of) => (await import("../odf/text.ts")).odtFields(...of),
  ods: async (...of) => (await import("../odf/sheets.ts")).odsFields(...of),
  odp: async (...of) => (await import("../odf/slides.ts")).odpFields(...of),
  epub: async (...of) => (await import("../epub/read.ts")).epubFields(...of),
  // Its reader names what the archive lacks to be a document.
  other: docx,
};

/** Extensions of a format beside its own name. */
const CLAIMS: Readonly<Record<string, PackageKind>> = {
  ...{ docx: "docx", xlsx: "xlsx", xlsm: "xlsx", pptx: "pptx", pptm: "pptx" },
  ...{ odt: "odt", ods: "ods", odp: "odp", epub: "epub" },
};
const NAMES: Readonly<Record<PackageKind, string>> = {
  docx: "a Word document",
  xlsx: "an Excel workbook",
  pptx: "a PowerPoint presentation",
  odt: "an OpenDocument text",
  ods: "an OpenDocument spreadsheet",
  odp: "an OpenDocument presentation",
  epub: "an EPUB book",
  other: "a zip archive",
};

/** Whether a name is that of a format that is a zip archive. */
export function claimsPackage(filename: string): boolean {
  return entryOf(CLAIMS, extensionOf(filename)) !== undefined;
}

function checkPackageName(filename: string, kind: PackageKind): void {
  const extension = extensionOf(filename);
  const claim = entryOf(CLAIMS, extension);
  // The reader of DOCX tells what else an archive is that no office program wrote.
  if (claim === undefined || claim === kind || kind === "other") return;
  throw misnamed(extension, NAMES[kind]);
}
