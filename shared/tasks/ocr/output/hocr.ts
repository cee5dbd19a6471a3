import type { Box } from "../box.ts";
import { blocksOf, type LaidLine, type OutputPage, type TextBlock, type TextParagraph } from "./layout.ts";
import { xmlText } from "./xml.ts";

/** hOCR 1.2 as XHTML. @param filename of the image, which each page names */
export function hocrHead(filename: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${xmlText(filename)}</title>
  <meta http-equiv="Content-Type" content="text/html;charset=utf-8" />
  <meta name="ocr-system" content="manyhands, tesseract 5" />
  <meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf" />
 </head>
 <body>
`;
}

export const HOCR_FOOT = " </body>\n</html>\n";

export function hocrPage(page: OutputPage, filename: string): string {
  const { page: number, width, height } = page.fields;
  // A title is a list of properties, so a name in quotation marks has none inside.
  const image = `image "${filename.replace(/["\\]/g, "_")}"`;
  const title = `${image}; ${boxOf({ x0: 0, y0: 0, x1: width, y1: height })}; ppageno ${number - 1}`;
  const blocks = blocksOf(page).map((block, b) => hocrBlock(block, `${number}_${b + 1}`));
  return `  <div class="ocr_page" id="page_${number}" title="${xmlText(title)}">\n${blocks.join("")}  </div>\n`;
}

function hocrBlock({ bbox, inside }: TextBlock, id: string): string {
  const paragraphs = inside.map((paragraph, p) => hocrParagraph(paragraph, `${id}_${p + 1}`));
  return `   <div class="ocr_carea" id="block_${id}" title="${boxOf(bbox)}">\n${paragraphs.join("")}   </div>\n`;
}

function hocrParagraph({ bbox, inside }: TextParagraph, id: string): string {
  const lines = inside.map((line, l) => hocrLine(line, `${id}_${l + 1}`));
  return `    <p class="ocr_par" id="par_${id}" title="${boxOf(bbox)}">\n${lines.join("")}    </p>\n`;
}

function hocrLine({ bbox, inside, angle }: LaidLine, id: string): string {
  const turned = angle === 0 ? "" : `; textangle ${angle}`;
  const words = inside.map(
    (word, w) =>
      `      <span class="ocrx_word" id="word_${id}_${w + 1}" title="${boxOf(word.bbox)}; x_wconf ${Math.round(word.confidence)}">${xmlText(word.text)}</span>\n`,
  );
  return `     <span class="ocr_line" id="line_${id}" title="${boxOf(bbox)}${turned}">\n${words.join("")}     </span>\n`;
}

function boxOf({ x0, y0, x1, y1 }: Box): string {
  return `bbox ${x0} ${y0} ${x1} ${y1}`;
}
