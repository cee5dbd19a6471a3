import type { PdfWriter } from "./objects.ts";
import type { PdfObjectPlace } from "./tables.ts";

/** Bytes of a kind, of an offset (enough for files of 1 TB) and of a generation or a place in a stream. */
const WIDTHS = [1, 5, 4] as const;

interface TableOf {
  /** Entries of the trailer without `/Size`. */
  readonly trailer: string;
  /** Objects that the writer has not written; newer ones of the writer hide them. */
  readonly places?: ReadonlyMap<number, PdfObjectPlace | undefined>;
}

/** Writes a table as a stream, as a file needs whose last table is one (PDF 1.7, 7.5.8). */
export async function xrefStream(
  writer: PdfWriter,
  size: number,
  { trailer, places = new Map() }: TableOf,
): Promise<void> {
  const start = writer.bytes;
  const rows = new Map<number, readonly [number, number, number]>();
  for (const [id, place] of places) if (place !== undefined) rows.set(id, rowOf(place));
  for (const [id, { offset, generation }] of writer.offsets) rows.set(id, [1, offset, generation]);
  rows.set(size, [1, start, 0]);
  const sorted = [...rows].sort(([a], [b]) => a - b);
  const length = WIDTHS[0] + WIDTHS[1] + WIDTHS[2];
  const table = Buffer.alloc(length * sorted.length);
  for (const [at, [, [kind, where, rest]]] of sorted.entries()) {
    table.writeUInt8(kind, at * length);
    table.writeUIntBE(where, at * length + WIDTHS[0], WIDTHS[1]);
    table.writeUIntBE(rest, at * length + WIDTHS[0] + WIDTHS[1], WIDTHS[2]);
  }
  const index = sorted.map(([id]) => `${id} 1`).join(" ");
  const dict = `/Type /XRef /Size ${size + 1} /W [${WIDTHS.join(" ")}] /Index [${index}] ${trailer}`;
  await writer.object({ id: size, dict, deflate: table });
  await writer.write(`startxref\n${start}\n%%EOF\n`);
}

/** Objects at a byte have generation 0 but in files that were edited by very old programs. */
function rowOf(place: PdfObjectPlace): readonly [number, number, number] {
  return "stream" in place ? [2, place.stream, place.nth] : [1, place.offset, 0];
}
