import { PdfWriter } from "./objects.ts";

/** The first line says that the file is not text. */
const HEAD = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";

/** Numbers of the objects that each new PDF has. */
export const CATALOG = 1;
export const PAGES = 2;
/** Number of the first other object. */
export const FIRST = 3;

export interface WrittenPages {
  /** Numbers of the pages, in their order. */
  readonly kids: readonly number[];
  /** Number behind that of the last object. */
  readonly next: number;
}

/** Writes a PDF whose pages and other objects `fill` writes. */
export async function newPdf(
  path: string,
  fill: (writer: PdfWriter) => Promise<WrittenPages>,
): Promise<{ readonly path: string }> {
  const writer = await PdfWriter.create(path);
  try {
    await writer.write(HEAD);
    const { kids, next } = await fill(writer);
    const list = kids.map((id) => `${id} 0 R`).join(" ");
    await writer.object({ id: PAGES, dict: `/Type /Pages /Count ${kids.length} /Kids [${list}]` });
    await writer.object({ id: CATALOG, dict: `/Type /Catalog /Pages ${PAGES} 0 R` });
    await writer.table(next, `/Root ${CATALOG} 0 R`);
  } finally {
    await writer.close();
  }
  return { path };
}
