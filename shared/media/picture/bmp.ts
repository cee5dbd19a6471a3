import { type Bitmap, checkSize, corrupt, type Limits } from "./bitmap.ts";
import { type BmpHeader, COMPRESSION, type DibLocation, FILE_HEADER, readHeader } from "./bmpHeader.ts";
import { samplesOfRle } from "./bmpRle.ts";

// Own code: of the npm decoders that were measured (bmp-ts, fast-bmp, decode-bmp, bmpimagejs,
// image-in-browser) each fails on palettes, RLE, OS/2 headers or bit fields.

/**
 * Opens a BMP file: 1 to 32 bits, palettes, RLE4, RLE8, RLE24, bit fields, OS/2 headers, both row orders.
 * @throws FileError `corrupt_file`, `too_large`, `unsupported_format`.
 */
export function openBmp(bytes: Buffer, limits: Limits): Bitmap {
  if (bytes.length < FILE_HEADER + 12) throw corrupt("the BMP header is incomplete");
  return openDib(bytes, { start: FILE_HEADER, pixels: bytes.readUInt32LE(10) }, limits);
}

/** The JPEG or PNG that a BMP for printers has in the place of pixels; undefined for other files. */
export function pictureInBmp(bytes: Buffer): Buffer | undefined {
  if (bytes.length < FILE_HEADER + 40 || bytes.readUInt32LE(FILE_HEADER) < 40) return undefined;
  const inside = bytes.subarray(bytes.readUInt32LE(10));
  const sign = SIGNS.get(bytes.readUInt32LE(FILE_HEADER + 16));
  return sign !== undefined && inside.subarray(0, sign.length).equals(sign) ? inside : undefined;
}

const SIGNS: ReadonlyMap<number, Buffer> = new Map([
  [COMPRESSION.jpeg, Buffer.from("\xff\xd8\xff", "latin1")],
  [COMPRESSION.png, Buffer.from("\x89PNG", "latin1")],
]);

/** Opens a bitmap with or without a file header; icons contain bitmaps without one. */
export function openDib(bytes: Buffer, dib: DibLocation, limits: Limits): Bitmap {
  const header = readHeader(bytes, dib);
  checkSize(header.width, header.height, limits);
  const data = bytes.subarray(header.pixels);
  switch (header.compression) {
    case COMPRESSION.rle8:
    case COMPRESSION.rle4:
      return indexed(header, samplesOfRle(data, header), 8);
    case COMPRESSION.rle24:
      return coloured(header, samplesOfRle(data, header));
    default:
      return header.bits <= 8 ? indexed(header, data, header.bits) : coloured(header, data);
  }
}

/** Bytes of a row, padded to four bytes. */
export function strideOf(width: number, bits: number): number {
  return Math.ceil((width * bits) / 32) * 4;
}

function indexed(header: BmpHeader, data: Uint8Array, bits: number): Bitmap {
  const stride = strideOf(header.width, bits);
  needRows(header, data, stride);
  const { palette, width } = header;
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  return {
    ...sizeOf(header),
    hasAlpha: false,
    readRow(y, rgba) {
      const row = startOfRow(header, y, stride);
      for (let x = 0; x < width; x++) {
        const byte = data[row + Math.floor(x / perByte)] ?? 0;
        const index = ((byte >> (8 - bits - (x % perByte) * bits)) & mask) * 3;
        // An index beyond the palette is black, as in Windows.
        rgba[x * 4] = palette[index] ?? 0;
        rgba[x * 4 + 1] = palette[index + 1] ?? 0;
        rgba[x * 4 + 2] = palette[index + 2] ?? 0;
        rgba[x * 4 + 3] = 255;
      }
    },
  };
}

function coloured(header: BmpHeader, data: Buffer): Bitmap {
  const bytes = header.bits / 8;
  const stride = strideOf(header.width, header.bits);
  needRows(header, data, stride);
  const [red, green, blue, alpha] = header.masks.map(channelOf);
  const hasAlpha = alpha !== undefined && header.masks[3] !== 0 && !fullyTransparent(header, data, alpha);
  return {
    ...sizeOf(header),
    hasAlpha,
    readRow(y, rgba) {
      let at = startOfRow(header, y, stride);
      for (let x = 0; x < header.width; x++, at += bytes) {
        const value = data.readUIntLE(at, bytes);
        rgba[x * 4] = red?.(value) ?? 0;
        rgba[x * 4 + 1] = green?.(value) ?? 0;
        rgba[x * 4 + 2] = blue?.(value) ?? 0;
        rgba[x * 4 + 3] = hasAlpha ? (alpha?.(value) ?? 255) : 255;
      }
    },
  };
}

/** Whether every alpha byte is 0, which many programs write for an opaque picture. */
function fullyTransparent(header: BmpHeader, data: Buffer, alpha: (value: number) => number): boolean {
  const bytes = header.bits / 8;
  const stride = strideOf(header.width, header.bits);
  for (let y = 0; y < header.height; y++) {
    for (let x = 0; x < header.width; x++)
      if (alpha(data.readUIntLE(y * stride + x * bytes, bytes)) !== 0) return false;
  }
  return true;
}

/** Scales samples of fewer than 8 bits to 0..255. */
function channelOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / max);
}

function needRows({ height }: BmpHeader, data: Uint8Array, stride: number): void {
  // Many files lack the padding of the last row.
  if (data.length + 3 < height * stride) throw corrupt("pixels are missing");
}

function startOfRow({ height, topDown }: BmpHeader, y: number, stride: number): number {
  return (topDown ? y : height - 1 - y) * stride;
}

function sizeOf({ width, height }: BmpHeader) {
  return { width, height, bits: 8 } as const;
}
