import { relationships, zipOf } from "../testing.ts";

export interface SheetSpec {
  readonly name: string;
  /** Content of `sheetData`. */
  readonly rows: string;
  readonly before?: string;
  readonly after?: string;
  readonly state?: string;
  /** Name of the part; `sheet1` and so on if absent. */
  readonly part?: string;
  readonly links?: Parameters<typeof relationships>[0];
}

export interface WorkbookSpec {
  readonly styles?: string;
  /** Content of `sst`. */
  readonly strings?: string;
  /** Elements of the workbook before its sheets. */
  readonly workbook?: string;
  readonly parts?: Readonly<Record<string, string | Buffer>>;
}

const SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** Makes a workbook of these sheets. */
export function xlsxOf(sheets: readonly SheetSpec[], spec: WorkbookSpec = {}): Buffer {
  const root = (name: string, content: string) =>
    `<${name} xmlns="${SHEETS}" xmlns:r="${OFFICE}">${content}</${name}>`;
  const named = sheets.map((sheet, at) => ({ ...sheet, part: sheet.part ?? `sheet${at + 1}`, id: `s${at}` }));
  const list = named.map(
    ({ name, id, state }) =>
      `<sheet name="${name}" sheetId="1" r:id="${id}"${state === undefined ? "" : ` state="${state}"`}/>`,
  );
  const parts = named.flatMap(
    ({ part, before = "", rows, after = "", links = [] }): (readonly [string, string])[] => [
      [`xl/worksheets/${part}.xml`, root("worksheet", `${before}<sheetData>${rows}</sheetData>${after}`)],
      [`xl/worksheets/_rels/${part}.xml.rels`, relationships(links)],
    ],
  );
  return zipOf({
    "[Content_Types].xml":
      "<Types>application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml</Types>",
    "_rels/.rels": relationships([["r1", "officeDocument", "xl/workbook.xml"]]),
    "xl/workbook.xml": root("workbook", `${spec.workbook ?? ""}<sheets>${list.join("")}</sheets>`),
    "xl/_rels/workbook.xml.rels": relationships([
      ...named.map(({ part, id }) => [id, "worksheet", `worksheets/${part}.xml`] as const),
      ["strings", "sharedStrings", "sharedStrings.xml"],
      ["styles", "styles", "styles.xml"],
    ]),
    "xl/sharedStrings.xml": root("sst", spec.strings ?? ""),
    "xl/styles.xml": root("styleSheet", spec.styles ?? ""),
    ...Object.fromEntries(parts),
    ...spec.parts,
  });
}
