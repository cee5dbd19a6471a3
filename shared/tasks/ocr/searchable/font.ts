import type { GlyphCodes } from "./glyphs.ts";
import type { PdfObject } from "./objects.ts";

/** Measures of the font in parts of its size: all characters are as wide, and a box from foot to head is 1 high. */
export const WIDTH = 0.5;
export const DESCENT = 0.2;

/** Objects that a font has, with consecutive numbers; the first one is the font. */
export const FONT_OBJECTS = 6;

/** A font of empty glyphs for any character, which `glyphs` maps to Unicode. */
export function fontObjects(first: number, glyphs: GlyphCodes): PdfObject[] {
  const [cid, descriptor, file, map, unicode] = [first + 1, first + 2, first + 3, first + 4, first + 5];
  return [
    {
      id: first,
      dict: `/Type /Font /Subtype /Type0 /BaseFont /Unseen /Encoding /Identity-H /DescendantFonts [${cid} 0 R] /ToUnicode ${unicode} 0 R`,
    },
    {
      id: cid,
      dict: `/Type /Font /Subtype /CIDFontType2 /BaseFont /Unseen /CIDToGIDMap ${map} 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor ${descriptor} 0 R /DW 500`,
    },
    {
      id: descriptor,
      dict: `/Type /FontDescriptor /FontName /Unseen /Flags 5 /FontBBox [0 -200 500 800] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 800 /StemV 80 /FontFile2 ${file} 0 R`,
    },
    { id: file, dict: `/Length1 ${FONT_FILE.length}`, deflate: FONT_FILE },
    { id: map, dict: "", deflate: Buffer.alloc(2 * 65_536).fill(Buffer.from([0, 1])) },
    { id: unicode, dict: "", deflate: Buffer.from(glyphs.toUnicode()) },
  ];
}

/** A TrueType font of two glyphs without outlines; the tables that PDF asks of an embedded font (PDF 1.7, 9.9). */
const FONT_FILE = trueType([
  ["glyf", Buffer.alloc(4)],
  [
    "head",
    words([
      1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, -200, 500, 800, 0, 8, 2, 0, 0,
    ]),
  ],
  ["hhea", words([1, 0, 800, -200, 0, 500, 0, 0, 500, 1, 0, 0, 0, 0, 0, 0, 0, 1])],
  ["hmtx", words([500, 0, 0])],
  ["loca", words([0, 0, 0])],
  ["maxp", words([1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])],
]);

function words(values: readonly number[]): Buffer {
  const table = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) table.writeUInt16BE(value & 0xffff, 2 * at);
  return table;
}

function trueType(tables: readonly (readonly [tag: string, table: Buffer])[]): Buffer {
  const power = Math.floor(Math.log2(tables.length));
  const head = words([1, 0, tables.length, 16 * 2 ** power, power, 16 * (tables.length - 2 ** power)]);
  let offset = head.length + 16 * tables.length;
  const directory: Buffer[] = [];
  const bodies: Buffer[] = [];
  for (const [tag, table] of tables) {
    const body = Buffer.concat([table, Buffer.alloc(-table.length & 3)]);
    const entry = Buffer.alloc(16);
    entry.write(tag, "latin1");
    entry.writeUInt32BE(checksum(body), 4);
    entry.writeUInt32BE(offset, 8);
    entry.writeUInt32BE(table.length, 12);
    directory.push(entry);
    bodies.push(body);
    offset += body.length;
  }
  const font = Buffer.concat([head, ...directory, ...bodies]);
  const headTable = head.length + 16 * tables.length + (bodies[0]?.length ?? 0);
  font.writeUInt32BE((0xb1b0afba - checksum(font)) >>> 0, headTable + 8);
  return font;
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) >>> 0;
  return sum;
}
