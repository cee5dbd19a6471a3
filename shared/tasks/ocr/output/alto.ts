import type { Box } from "../box.ts";
import type { OcrWordFields } from "../report.ts";
import { blocksOf, type LaidLine, type OutputPage, type TextBlock, type TextParagraph } from "./layout.ts";
import { xmlText } from "./xml.ts";

const SPACE = "http://www.loc.gov/standards/alto/ns-v4#";
const SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd";

/** ALTO 4.4. @param filename of the image */
export function altoHead(filename: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="${SPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${SPACE} ${SCHEMA}">
 <Description>
  <MeasurementUnit>pixel</MeasurementUnit>
  <sourceImageInformation>
   <fileName>${xmlText(filename)}</fileName>
  </sourceImageInformation>
  <Processing ID="ocr">
   <processingSoftware>
    <softwareName>manyhands, tesseract 5</softwareName>
   </processingSoftware>
  </Processing>
 </Description>
 <Layout>
`;
}

export const ALTO_FOOT = " </Layout>\n</alto>\n";

export function altoPage(page: OutputPage): string {
  const { page: number, width, height } = page.fields;
  const head = `  <Page ID="page_${number}" PHYSICAL_IMG_NR="${number}" WIDTH="${width}" HEIGHT="${height}">\n`;
  const blocks = blocksOf(page).map((block, b) => altoBlock(block, `${number}_${b + 1}`));
  const space = placed({ x0: 0, y0: 0, x1: width, y1: height });
  return `${head}   <PrintSpace ${space}>\n${blocks.join("")}   </PrintSpace>\n  </Page>\n`;
}

function altoBlock({ bbox, inside }: TextBlock, id: string): string {
  const paragraphs = inside.map((paragraph, p) => altoParagraph(paragraph, `${id}_${p + 1}`));
  return `    <ComposedBlock ID="cblock_${id}" ${placed(bbox)}>\n${paragraphs.join("")}    </ComposedBlock>\n`;
}

function altoParagraph({ bbox, inside }: TextParagraph, id: string): string {
  const angle = inside[0]?.angle ?? 0;
  const turned = angle === 0 ? "" : ` ROTATION="${angle}"`;
  const lines = inside.map((line, l) => altoLine(line, `${id}_${l + 1}`));
  return `     <TextBlock ID="block_${id}" ${placed(bbox)}${turned}>\n${lines.join("")}     </TextBlock>\n`;
}

function altoLine({ bbox, inside }: LaidLine, id: string): string {
  const words = inside.map(
    (word, w) =>
      `${spaceBetween(inside[w - 1], word)}       <String ID="string_${id}_${w + 1}" ${stringOf(word)}/>\n`,
  );
  return `      <TextLine ID="line_${id}" ${placed(bbox)}>\n${words.join("")}      </TextLine>\n`;
}

function stringOf({ bbox, confidence, text }: OcrWordFields): string {
  return `${placed(bbox)} WC="${Math.round(confidence * 100) / 10_000}" CONTENT="${xmlText(text)}"`;
}

function spaceBetween(before: OcrWordFields | undefined, { bbox }: OcrWordFields): string {
  if (before === undefined) return "";
  const { x1, y0, y1 } = before.bbox;
  const box = { x0: x1, y0: Math.min(y0, bbox.y0), x1: Math.max(x1, bbox.x0), y1: Math.max(y1, bbox.y1) };
  return `       <SP HPOS="${box.x0}" VPOS="${box.y0}" WIDTH="${box.x1 - box.x0}"/>\n`;
}

function placed({ x0, y0, x1, y1 }: Box): string {
  return `HPOS="${x0}" VPOS="${y0}" WIDTH="${x1 - x0}" HEIGHT="${y1 - y0}"`;
}
