import { inflateSync } from "node:zlib";
import { PdfSyntaxError } from "./parser.ts";
import { numberOf, type PdfDictionary, type PdfValue, written } from "./values.ts";

/** Most bytes of a table or of a stream of objects; larger ones are a bomb. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The data of a table or of a stream of objects. @throws PdfSyntaxError for filters that such streams do not have */
export function streamData({ entries }: PdfDictionary, bytes: Buffer): Buffer {
  const filter = only(entries.get("Filter"));
  if (filter === undefined) return bytes;
  if (written(filter) !== "/FlateDecode")
    throw new PdfSyntaxError(`a table with the filter ${written(filter)}`);
  const data = inflated(bytes);
  const parms = only(entries.get("DecodeParms"));
  if (parms?.kind !== "dict" || (numberOf(parms.entries.get("Predictor")) ?? 1) < 10) return data;
  const parameter = (name: string, usual: number) => numberOf(parms.entries.get(name)) ?? usual;
  const bits = parameter("Colors", 1) * parameter("BitsPerComponent", 8);
  return unpredicted(data, {
    row: Math.ceil((bits * parameter("Columns", 1)) / 8),
    pixel: Math.ceil(bits / 8),
  });
}

function only(value: PdfValue | undefined): PdfValue | undefined {
  if (value?.kind !== "array") return value;
  if (value.items.length > 1) throw new PdfSyntaxError("a table with several filters");
  return value.items[0];
}

function inflated(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new PdfSyntaxError("a stream cannot be unpacked", { cause });
  }
}

interface RowBytes {
  readonly row: number;
  readonly pixel: number;
}

/** Undoes the predictors of PNG (PNG 9.2). */
function unpredicted(data: Buffer, { row, pixel }: RowBytes): Buffer {
  const rows = Math.floor(data.length / (row + 1));
  // A pixel and a row of zeros lie before the first ones, so that each byte has neighbours.
  const width = pixel + row;
  const lines = Buffer.alloc((rows + 1) * width);
  for (let y = 0; y < rows; y++) {
    const kind = data[y * (row + 1)] ?? 0;
    for (let x = 0; x < row; x++) {
      const at = (y + 1) * width + pixel + x;
      const near = { left: lines[at - pixel], up: lines[at - width], corner: lines[at - width - pixel] };
      lines[at] = ((data[y * (row + 1) + 1 + x] as number) + guess(kind, near as Neighbours)) & 0xff;
    }
  }
  return Buffer.concat(
    Array.from({ length: rows }, (_, y) => lines.subarray((y + 1) * width + pixel, (y + 2) * width)),
  );
}

interface Neighbours {
  readonly left: number;
  readonly up: number;
  readonly corner: number;
}

function guess(kind: number, { left, up, corner }: Neighbours): number {
  switch (kind) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const [a, b, c] = [up - corner, left - corner, left + up - 2 * corner].map(Math.abs) as [
        number,
        number,
        number,
      ];
      if (a <= b && a <= c) return left;
      return b <= c ? up : corner;
    }
    default:
      return 0;
  }
}
