import { join } from "node:path";
import type { OutputPage } from "../output/layout.ts";
import { FONT_OBJECTS, fontObjects } from "./font.ts";
import { GlyphCodes } from "./glyphs.ts";
import { FIRST, newPdf, PAGES } from "./newPdf.ts";
import type { PdfWriter } from "./objects.ts";
import type { PictureStream, PictureStreamHead } from "./picture.ts";
import { FONT_NAME, matrixText, numberText, type PdfMatrix, textLayer } from "./textLayer.ts";

const FONT = FIRST;

/** A page of an image: its picture, and what was read. */
export interface ImagePage {
  readonly page: OutputPage;
  /** Undefined for a page that could not be read, which is left blank. */
  readonly picture: PictureStream | undefined;
}

interface ImagePdf {
  /** A folder for the file. */
  readonly folder: string;
  /** Resolution in pixels per inch; null takes that of each picture. */
  readonly dpi: number | null;
}

/** Writes a PDF with a page for each image, its words unseen over it. */
export async function imagePdf(
  { folder, dpi }: ImagePdf,
  pages: AsyncIterable<ImagePage>,
): Promise<{ readonly path: string }> {
  return await newPdf(join(folder, "result.pdf"), async (writer) => {
    const glyphs = new GlyphCodes();
    const kids: number[] = [];
    let next = FONT + FONT_OBJECTS;
    for await (const page of pages) {
      kids.push(next);
      next = await writePage(writer, page, { id: next, dpi, glyphs });
    }
    for (const object of fontObjects(FONT, glyphs)) await writer.object(object);
    return { kids, next };
  });
}

interface PageWriting {
  readonly id: number;
  readonly dpi: number | null;
  readonly glyphs: GlyphCodes;
}

/** Writes a page with its picture and contents. Returns the next free number. */
async function writePage(
  writer: PdfWriter,
  { page, picture }: ImagePage,
  { id, dpi, glyphs }: PageWriting,
): Promise<number> {
  if (picture === undefined) {
    await writer.object({ id, dict: `/Type /Page /Parent ${PAGES} 0 R /MediaBox ${BLANK} /Resources << >>` });
    return id + 1;
  }
  const { width, height } = page.fields;
  const scale = 72 / resolutionOf(picture.head, { width, height }, dpi);
  const toPage: PdfMatrix = [scale, 0, 0, scale, 0, 0];
  const drawing = `q ${matrixText(toPage)} cm ${matrixText(placing(picture.head.orientation, { width, height }))} cm /Picture Do Q\n`;
  const [content, image, profile] = [id + 1, id + 2, id + 3];
  const box = `[0 0 ${numberText(width * scale)} ${numberText(height * scale)}]`;
  const resources = `<< /XObject << /Picture ${image} 0 R >> /Font << /${FONT_NAME} ${FONT} 0 R >> >>`;
  await writer.object({
    id,
    dict: `/Type /Page /Parent ${PAGES} 0 R /MediaBox ${box} /Resources ${resources} /Contents ${content} 0 R`,
  });
  const layer = textLayer(page, toPage, glyphs);
  await writer.object({ id: content, dict: "", deflate: Buffer.from(drawing + layer, "latin1") });
  const { icc } = picture.head;
  await writer.object({
    id: image,
    dict: pictureDict(picture.head, icc === undefined ? undefined : profile),
    stream: picture.bytes,
  });
  if (icc === undefined) return profile;
  await writer.object({
    id: profile,
    dict: `/N ${picture.head.colours}`,
    deflate: Buffer.from(icc, "base64"),
  });
  return profile + 1;
}

/** A4 in points. */
const BLANK = "[0 0 595 842]";

const SPACES = { 1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK" } as const;

function pictureDict(
  { width, height, colours, bits, filter, entries }: PictureStreamHead,
  profile: number | undefined,
): string {
  const space = profile === undefined ? SPACES[colours] : `[/ICCBased ${profile} 0 R]`;
  return `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace ${space} /BitsPerComponent ${bits} /Filter /${filter} ${entries}`;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What cameras and programs write that know no resolution, in pixels per inch. */
const UNKNOWN = 72;
const MOST = 4_800;
/** Resolution of an image that has none: that of most scanners. */
const USUAL = 300;
/** Longest side of a page in points. */
const MOST_POINTS = 14_400;

function resolutionOf(
  { density = 0 }: PictureStreamHead,
  { width, height }: Size,
  dpi: number | null,
): number {
  const found = density > UNKNOWN && density <= MOST ? density : USUAL;
  return Math.max(dpi ?? found, (72 * Math.max(width, height)) / MOST_POINTS);
}

/** Places the unit square of a stored picture on its upright page (Exif 2.32, tag 0x0112). */
function placing(orientation: number, { width: w, height: h }: Size): PdfMatrix {
  const places: Readonly<Record<number, PdfMatrix>> = {
    2: [-w, 0, 0, h, w, 0],
    3: [-w, 0, 0, -h, w, h],
    4: [w, 0, 0, -h, 0, h],
    5: [0, -h, -w, 0, w, h],
    6: [0, -h, w, 0, 0, h],
    7: [0, h, w, 0, 0, 0],
    8: [0, h, -w, 0, w, 0],
  };
  return places[orientation] ?? [w, 0, 0, h, 0, 0];
}
