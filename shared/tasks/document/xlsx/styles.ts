import { optionalPart } from "../docx/package.ts";
import { elements, find } from "../docx/xml.ts";
import type { DocxZip } from "../docx/zip.ts";
import { builtinFormat } from "./format/builtin.ts";
import type { DateBase } from "./format/date.ts";
import { type CellFormat, formatOf } from "./format/format.ts";

/** Formats of cells by the index of their style. */
export type CellFormats = (style: string | undefined) => CellFormat;

/** Reads the number formats; a workbook without styles, or with damaged ones, shows its values as they are. */
export async function readFormats(
  zip: DocxZip,
  part: string | undefined,
  base: DateBase,
): Promise<CellFormats> {
  const root = part === undefined ? undefined : await optionalPart(zip, part);
  const codes = new Map(
    elements(find(root, "numFmts"), "numFmt").map(({ attributes }) => [
      Number(attributes.numFmtId),
      attributes.formatCode ?? "",
    ]),
  );
  const compiled = new Map<string, CellFormat>();
  const compile = (id: number) => {
    const code = codes.get(id) ?? builtinFormat(id);
    const format = compiled.get(code) ?? formatOf(code, base);
    compiled.set(code, format);
    return format;
  };
  const styles = elements(find(root, "cellXfs"), "xf").map(({ attributes }) =>
    compile(Number(attributes.numFmtId ?? 0)),
  );
  const general = compile(0);
  return (style) => styles[Number(style ?? 0)] ?? general;
}
