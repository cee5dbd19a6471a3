import type { Box } from "../box.ts";
import { blocksOf, type OutputPage } from "./layout.ts";

const COLUMNS = [
  ...["level", "page_num", "block_num", "par_num", "line_num", "word_num"],
  ...["left", "top", "width", "height", "conf", "text"],
];

export const TSV_HEAD = `${COLUMNS.join("\t")}\n`;

/** Rows of a page in the columns of tesseract's TSV: level 1 page, 2 block, 3 paragraph, 4 line, 5 word. */
export function tsvPage(page: OutputPage): string {
  const { page: number, width, height } = page.fields;
  const rows = [row([number], { x0: 0, y0: 0, x1: width, y1: height })];
  for (const [b, block] of blocksOf(page).entries()) {
    const inBlock = [number, b + 1];
    rows.push(row(inBlock, block.bbox));
    for (const [p, paragraph] of block.inside.entries()) {
      const inParagraph = [...inBlock, p + 1];
      rows.push(row(inParagraph, paragraph.bbox));
      for (const [l, line] of paragraph.inside.entries()) {
        const inLine = [...inParagraph, l + 1];
        rows.push(row(inLine, line.bbox));
        for (const [w, word] of line.inside.entries()) rows.push(row([...inLine, w + 1], word.bbox, word));
      }
    }
  }
  return rows.join("");
}

/** @param place numbers of page, block, paragraph, line and word, as far as the row has them */
function row(
  place: readonly number[],
  { x0, y0, x1, y1 }: Box,
  word?: { readonly confidence: number; readonly text: string },
): string {
  const numbers = [0, 1, 2, 3, 4].map((at) => place[at] ?? 0);
  const text = word?.text.replace(/[\t\n\r]/g, " ") ?? "";
  const values = [place.length, ...numbers, x0, y0, x1 - x0, y1 - y0, word?.confidence ?? -1, text];
  return `${values.join("\t")}\n`;
}
