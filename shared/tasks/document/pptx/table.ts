import { type Cell, type Table, textOfBlocks } from "../docx/blocks.ts";
import { integer } from "../docx/numerals.ts";
import { elements, find, type Xml } from "../docx/xml.ts";
import { withinReason } from "../reading/spans.ts";
import type { SlideContext } from "./context.ts";
import { paragraphsOf } from "./paragraphs.ts";

/** A table of a slide; cells that a merged cell covers are left out. */
export function slideTable(table: Xml, context: Pick<SlideContext, "form" | "relations" | "links">): Table {
  const rows = elements(table, "a:tr").map((row) =>
    elements(row, "a:tc").flatMap((cell): Cell[] => {
      if (isOn(cell.attributes.hMerge) || isOn(cell.attributes.vMerge)) return [];
      const body = find(cell, "a:txBody");
      const blocks =
        body === undefined ? [] : paragraphsOf(body, context, { heading: null, hasBullets: false });
      return [
        {
          text: textOfBlocks(blocks),
          column_span: Math.max(1, integer(cell.attributes.gridSpan, 1)),
          row_span: Math.max(1, integer(cell.attributes.rowSpan, 1)),
          tables: [],
          blocks: context.form.kept(blocks),
        },
      ];
    }),
  );
  const hasHead = isOn(find(table, "a:tblPr")?.attributes.firstRow);
  return { kind: "table", rows: withinReason(rows), head_rows: hasHead ? Math.min(1, rows.length) : 0 };
}

function isOn(value: string | undefined): boolean {
  return value === "1" || value === "true";
}
