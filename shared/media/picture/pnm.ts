import { type Bitmap, checkSize, corrupt, type Limits } from "./bitmap.ts";

/** Header of a portable bitmap, graymap or pixmap (Netpbm manual). */
interface PnmHeader {
  readonly kind: "bitmap" | "graymap" | "pixmap";
  readonly plain: boolean;
  readonly width: number;
  readonly height: number;
  /** Sample of full brightness, 1..65535. */
  readonly max: number;
  /** Offset of the samples. */
  readonly start: number;
}

const KINDS = { 1: "bitmap", 2: "graymap", 3: "pixmap" } as const;

/**
 * Opens PBM, PGM and PPM files, plain (P1-P3) or raw (P4-P6), 1 to 16 bits; the first picture of several.
 * @throws FileError `corrupt_file`, `too_large`.
 */
export function openPnm(bytes: Buffer, limits: Limits): Bitmap {
  const header = readHeader(bytes);
  checkSize(header.width, header.height, limits);
  const { width, height, kind, max } = header;
  const samples = header.plain ? plainSamples(bytes, header) : rawSamples(bytes, header);
  const channels = channelsOf(header);
  const bits = max > 255 ? 16 : 8;
  const full = bits === 16 ? 65_535 : 255;
  // A bitmap's 1 is black.
  const scaled = (sample: number) =>
    kind === "bitmap" ? (1 - sample) * full : Math.round((Math.min(sample, max) * full) / max);
  return {
    width,
    height,
    bits,
    hasAlpha: false,
    readRow(y, rgba) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * channels;
        const step = channels === 3 ? 1 : 0;
        for (let channel = 0; channel < 3; channel++)
          rgba[x * 4 + channel] = scaled(samples(at + channel * step));
        rgba[x * 4 + 3] = full;
      }
    },
  };
}

function readHeader(bytes: Buffer): PnmHeader {
  const digit = Number(bytes.toString("latin1", 1, 2));
  const kind = KINDS[(((digit - 1) % 3) + 1) as 1 | 2 | 3];
  const values: number[] = [];
  let at = 2;
  while (values.length < (kind === "bitmap" ? 2 : 3)) {
    const token = /^(?:\s+|#[^\n\r]*)*(\d{1,9})/.exec(bytes.toString("latin1", at, at + 4096));
    if (token === null) throw corrupt("its header is incomplete");
    values.push(Number(token[1]));
    at += token[0].length;
  }
  const [width = 0, height = 0, max = 1] = values;
  if (max < 1 || max > 65_535) throw corrupt(`its largest sample is said to be ${max}`);
  return { kind, plain: digit <= 3, width, height, max, start: at + 1 };
}

/** Returns a function that reads sample `index`. */
type Samples = (index: number) => number;

function rawSamples(bytes: Buffer, header: PnmHeader): Samples {
  const { kind, width, height, start, max } = header;
  const data = bytes.subarray(start);
  const stride = Math.ceil(width / 8);
  const wide = max > 255;
  const needed = kind === "bitmap" ? stride * height : width * height * channelsOf(header) * (wide ? 2 : 1);
  if (data.length < needed) throw corrupt("pixels are missing");
  if (kind === "bitmap") {
    return (index) => {
      const x = index % width;
      const byte = data[Math.floor(index / width) * stride + (x >> 3)] ?? 0;
      return (byte >> (7 - (x & 7))) & 1;
    };
  }
  return wide ? (index) => data.readUInt16BE(index * 2) : (index) => data[index] ?? 0;
}

function plainSamples(bytes: Buffer, header: PnmHeader): Samples {
  const count = header.width * header.height * channelsOf(header);
  // Each sample has at least one character, so the size of the file limits the allocation.
  if (bytes.length - header.start < count) throw corrupt("pixels are missing");
  const samples = new Uint16Array(count);
  let filled = 0;
  let value = -1;
  const take = () => {
    if (value >= 0 && filled < count) samples[filled++] = Math.min(value, 65_535);
    value = -1;
  };
  for (let at = header.start; at < bytes.length && filled < count; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) take();
    else if (header.kind === "bitmap") {
      // Bits need no space between them.
      value = digit;
      take();
    } else value = Math.max(value, 0) * 10 + digit;
  }
  take();
  if (filled < count) throw corrupt("pixels are missing");
  return (index) => samples[index] ?? 0;
}

function channelsOf({ kind }: PnmHeader): 1 | 3 {
  return kind === "pixmap" ? 3 : 1;
}
