import type { JsonObject } from "../../task.ts";
import { FORMS } from "../docx/form/form.ts";
import { relationshipsOf } from "../docx/package.ts";
import type { DocxZip } from "../docx/zip.ts";
import type { DocumentOptions } from "../options.ts";
import { officeMetadata } from "../package/metadata.ts";
import { textParagraph } from "../reading/blocks.ts";
import { readingFields } from "../reading/fields.ts";
import { CellBudget, GridSink } from "../reading/grid.ts";
import type { DocumentLink, Section, SideNote } from "../reading/reading.ts";
import type { CellValues } from "./cell.ts";
import { drawnTexts } from "./drawings.ts";
import { notesOfSheet } from "./notes.ts";
import { readSheet } from "./sheet.ts";
import { readStrings } from "./strings.ts";
import { readFormats } from "./styles.ts";
import { readWorkbook, type SheetPlace } from "./workbook.ts";

const MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const WITH_MACROS = "application/vnd.ms-excel.sheet.macroenabled.12";

/** Makes the fields of an Excel workbook. @throws FileError `corrupt_file`, `too_large`, `unsupported_format` */
export async function xlsxFields(zip: DocxZip, options: DocumentOptions): Promise<JsonObject> {
  const workbook = await readWorkbook(zip);
  const { is1904 } = workbook;
  const strings = await readStrings(zip, workbook.partOf("sharedStrings"));
  const formats = await readFormats(zip, workbook.partOf("styles"), { is1904 });
  const budget = new CellBudget(options.max_characters);
  const sheets: ReadSheet[] = [];
  for (const place of workbook.sheets) {
    const context = { zip, options, values: { strings, formats, is1904 }, budget, number: sheets.length + 1 };
    sheets.push(await sheetOf(place, context));
  }
  const withoutValue = sheets.reduce((sum, sheet) => sum + sheet.withoutValue, 0);
  const hasMacros = zip.names().some((name) => /vbaProject\.bin$/i.test(name));
  return readingFields(
    {
      document_type: "XLSX",
      media_type: hasMacros ? WITH_MACROS : MEDIA_TYPE,
      metadata: await officeMetadata(zip),
      sections: sheets.map(({ section }) => section),
      links: sheets.flatMap(({ links }) => links),
      notes: sheets.flatMap(({ notes }) => notes),
      left_out: withoutValue === 0 ? [] : [{ kind: "formula without a stored value", count: withoutValue }],
    },
    options,
  );
}

interface SheetContext {
  readonly zip: DocxZip;
  readonly options: DocumentOptions;
  readonly values: CellValues;
  readonly budget: CellBudget;
  readonly number: number;
}

interface ReadSheet {
  readonly section: Section;
  readonly links: readonly DocumentLink[];
  readonly notes: readonly SideNote[];
  readonly withoutValue: number;
}

async function sheetOf({ name, hidden, part }: SheetPlace, context: SheetContext): Promise<ReadSheet> {
  const { zip, options, values, budget, number } = context;
  const form = FORMS[options.format];
  const relations = await relationshipsOf(zip, part);
  const sink = new GridSink(budget);
  const { grid, links, withoutValue } = await readSheet(zip, part, { values, sink });
  const drawn = await drawnTexts(zip, relations);
  const parts = [
    textParagraph(form, name, 2),
    ...(grid.row_count === 0 ? [] : [grid]),
    ...drawn.map((text) => textParagraph(form, text)),
  ];
  return {
    section: { kind: "sheet", title: name, hidden, parts },
    links: links.map(({ cell, id, location }) => {
      const address = id === undefined ? "" : (relations.get(id)?.target ?? "");
      return { text: cell, target: location === "" ? address : `${address}#${location}` };
    }),
    notes: await notesOfSheet(zip, relations, number),
    withoutValue,
  };
}
