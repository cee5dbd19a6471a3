import { corrupt } from "./bitmap.ts";
import { unsupportedFormat } from "./format.ts";

// Layout after Microsoft's BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER, and OS/2's BITMAPCOREHEADER.

export const FILE_HEADER = 14;
export const COMPRESSION = {
  none: 0,
  rle8: 1,
  rle4: 2,
  bitFields: 3,
  jpeg: 4,
  png: 5,
  alphaBitFields: 6,
  /** Not a value of the field: number 4 in headers of OS/2. */
  rle24: 104,
} as const;
const CORE_HEADER = 12;
const SHORTEST_INFO = 16;
const INFO_HEADER = 40;
const OS2_HEADER = 64;

/** Header of a device-independent bitmap. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Red, green, blue of each colour; empty without a palette. */
  readonly palette: Uint8Array;
  /** Bits of red, green, blue, alpha in a pixel's value. */
  readonly masks: readonly [number, number, number, number];
  /** Offset of the pixels. */
  readonly pixels: number;
}

/** Location of a bitmap in a buffer. */
export interface DibLocation {
  /** Offset of the header. */
  readonly start: number;
  /** Offset of the pixels; by default they follow the palette, as in an icon. */
  readonly pixels?: number;
  /** Whether the header has the height of picture and mask together, as in icons. */
  readonly halved?: boolean;
  /** Whether the fourth byte of plain 32-bit pixels is alpha, as in icons. */
  readonly alphaByte?: boolean;
}

export function readHeader(bytes: Buffer, dib: DibLocation): BmpHeader {
  const { start } = dib;
  const size = headerSize(bytes, start);
  const { bits, compression, width, height, colours } = fieldsOf(bytes, start, size);
  refuseUnknown(compression, bits);
  checkCompression(compression, bits);
  const alpha = dib.alphaByte === true;
  const { masks, extra } = masksOf(bytes, { start, size, bits, compression, alpha });
  const after = start + size + extra;
  const entry = size === CORE_HEADER ? 3 : 4;
  const table = paletteAt(bytes, after, { entry, bits, colours, end: dib.pixels });
  return {
    width,
    height: Math.floor(Math.abs(height) / (dib.halved === true ? 2 : 1)),
    topDown: height < 0,
    bits,
    compression,
    palette: table.palette,
    masks,
    pixels: dib.pixels ?? after + table.bytes,
  };
}

function headerSize(bytes: Buffer, start: number): number {
  const size = bytes.length >= start + 4 ? bytes.readUInt32LE(start) : 0;
  if (size < CORE_HEADER || bytes.length < start + size) throw corrupt("the bitmap header is incomplete");
  if (size > CORE_HEADER && size < SHORTEST_INFO) throw corrupt("the bitmap header has no known size");
  return size;
}

/** Reads a field; headers may end after any field from `bits` on, and missing fields are 0. */
function fieldsOf(bytes: Buffer, start: number, size: number) {
  if (size === CORE_HEADER) {
    const width = bytes.readUInt16LE(start + 4);
    const height = bytes.readUInt16LE(start + 6);
    return { width, height, bits: bytes.readUInt16LE(start + 10), compression: COMPRESSION.none, colours: 0 };
  }
  return {
    width: bytes.readInt32LE(start + 4),
    height: bytes.readInt32LE(start + 8),
    bits: bytes.readUInt16LE(start + 14),
    compression: compressionAt(bytes, start, size),
    colours: size >= 36 ? bytes.readUInt32LE(start + 32) : 0,
  };
}

/** Number 4 is RLE24 in headers of OS/2, which have 24 bits a pixel and 64 bytes or fewer than Windows has. */
function compressionAt(bytes: Buffer, start: number, size: number): number {
  if (size < 20) return COMPRESSION.none;
  const compression = bytes.readUInt32LE(start + 16);
  const isOs2 =
    compression === COMPRESSION.jpeg && bytes.readUInt16LE(start + 14) === 24 && size <= OS2_HEADER;
  return isOs2 ? COMPRESSION.rle24 : compression;
}

/** Refuses variants that are sound and not read. */
function refuseUnknown(compression: number, bits: number): void {
  if (compression === COMPRESSION.jpeg || compression === COMPRESSION.png) {
    throw unsupportedFormat("BMP with a picture of another format inside");
  }
  if (compression === COMPRESSION.bitFields && bits === 1)
    throw unsupportedFormat("BMP with Huffman compression");
  if (bits === 64) throw unsupportedFormat("BMP with 64 bits a pixel");
}

function checkCompression(compression: number, bits: number): void {
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits)) throw corrupt(`it claims ${bits} bits a pixel`);
  const { rle8, rle4, rle24, bitFields, alphaBitFields } = COMPRESSION;
  if (compression > alphaBitFields && compression !== rle24)
    throw corrupt(`compression ${compression} does not exist`);
  if (compression === rle8 && bits !== 8) throw corrupt("RLE8 needs 8 bits a pixel");
  if (compression === rle4 && bits !== 4) throw corrupt("RLE4 needs 4 bits a pixel");
  const hasMasks = compression === bitFields || compression === alphaBitFields;
  if (hasMasks && bits !== 16 && bits !== 32) throw corrupt("bit fields need 16 or 32 bits a pixel");
}

interface MaskPlace {
  readonly start: number;
  readonly size: number;
  readonly bits: number;
  readonly compression: number;
  readonly alpha: boolean;
}

/** Reads the masks, which follow a plain header (`extra` bytes) or are part of a longer one. */
function masksOf(bytes: Buffer, { start, size, bits, compression, alpha }: MaskPlace) {
  const wide = [0xff0000, 0xff00, 0xff, alpha ? 0xff000000 : 0] as const;
  const plain = bits === 16 ? ([0x7c00, 0x3e0, 0x1f, 0] as const) : wide;
  const { bitFields, alphaBitFields } = COMPRESSION;
  if (compression !== bitFields && compression !== alphaBitFields) return { masks: plain, extra: 0 };
  const outside = compression === alphaBitFields ? 4 : 3;
  const count = size >= INFO_HEADER + 16 ? 4 : outside;
  const at = start + INFO_HEADER;
  if (bytes.length < at + count * 4) throw corrupt("its colour masks are incomplete");
  const mask = (index: number) => (index < count ? bytes.readUInt32LE(at + index * 4) : 0);
  const masks = [mask(0), mask(1), mask(2), mask(3)] as const;
  return { masks, extra: size === INFO_HEADER ? outside * 4 : 0 };
}

interface PaletteShape {
  /** Bytes of an entry: blue, green, red, and an unused byte since Windows 3. */
  readonly entry: 3 | 4;
  readonly bits: number;
  /** Number of colours by the header; 0 stands for all that the bits can encode. */
  readonly colours: number;
  /** Offset of the pixels, if known. */
  readonly end: number | undefined;
}

function paletteAt(bytes: Buffer, at: number, { entry, bits, colours, end }: PaletteShape) {
  if (bits > 8) return { palette: new Uint8Array(0), bytes: 0 };
  const room = Math.floor(Math.max(0, Math.min(end ?? bytes.length, bytes.length) - at) / entry);
  const count = Math.min(colours === 0 ? 2 ** bits : colours, 2 ** bits, room);
  const palette = new Uint8Array(count * 3);
  for (let index = 0; index < count; index++) {
    const from = at + index * entry;
    palette.set([bytes[from + 2] ?? 0, bytes[from + 1] ?? 0, bytes[from] ?? 0], index * 3);
  }
  return { palette, bytes: count * entry };
}
