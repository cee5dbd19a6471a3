import { FileError } from "../../../errors.ts";
import { type Relationships, relationshipsOf } from "../docx/package.ts";
import { elements, find, parseXml, type Xml } from "../docx/xml.ts";
import type { DocxZip } from "../docx/zip.ts";
import { unsupported } from "../kind.ts";

export interface Workbook {
  readonly sheets: readonly SheetPlace[];
  /** Name of the part by the type of its relationship: `sharedStrings`, `styles`. */
  partOf(type: string): string | undefined;
  readonly is1904: boolean;
}

export interface SheetPlace {
  readonly name: string;
  readonly hidden: boolean;
  readonly part: string;
}

const FALLBACK = "xl/workbook.xml";

/** Reads the list of sheets in the order in which they are shown. @throws FileError `corrupt_file`, `unsupported_format` */
export async function readWorkbook(zip: DocxZip): Promise<Workbook> {
  const main = await mainOf(zip);
  const root = await parseXml({ name: main, chunks: zip.stream(main) });
  const links = await relationshipsOf(zip, main);
  const sheets = elements(find(root, "sheets"), "sheet").flatMap((sheet) => placeOf(sheet, links, zip));
  return {
    // A part is one sheet; a list that names it many times would only multiply its text.
    sheets: [...new Map(sheets.toReversed().map((sheet) => [sheet.part, sheet])).values()].toReversed(),
    partOf: (type) => [...links.values()].find((link) => link.type === type && zip.has(link.target))?.target,
    is1904: /^(?:1|true)$/.test(find(root, "workbookPr")?.attributes.date1904 ?? ""),
  };
}

async function mainOf(zip: DocxZip): Promise<string> {
  const links = await relationshipsOf(zip, "");
  const stated = [...links.values()].find(({ type, external }) => type === "officeDocument" && !external);
  const name = [stated?.target, FALLBACK].find((one) => one !== undefined && zip.has(one));
  if (name?.endsWith(".bin")) throw unsupported("a binary Excel workbook (.xlsb)");
  if (name !== undefined) return name;
  throw new FileError("corrupt_file", "The workbook is damaged: its list of sheets is missing.");
}

function placeOf({ attributes }: Xml, links: Relationships, zip: DocxZip): SheetPlace[] {
  const link = links.get(attributes["r:id"] ?? "");
  if (link === undefined || link.external || !zip.has(link.target)) return [];
  const hidden = /hidden/i.test(attributes.state ?? "");
  return [{ name: attributes.name ?? "", hidden, part: link.target }];
}
