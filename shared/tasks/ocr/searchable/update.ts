import { join } from "node:path";
import type { StepFile } from "../../task.ts";
import type { OutputPage } from "../output/layout.ts";
import { type FoundPage, PdfFile } from "./file.ts";
import { FONT_OBJECTS, fontObjects } from "./font.ts";
import { GlyphCodes } from "./glyphs.ts";
import { PdfWriter } from "./objects.ts";
import { FONT_NAME, type PdfMatrix, textLayer } from "./textLayer.ts";
import { entriesText, numberOf, type PdfDictionary, type PdfValue } from "./values.ts";
import { xrefStream } from "./xrefStream.ts";

interface PdfUpdate {
  readonly source: StepFile;
  /** A folder for the file. */
  readonly folder: string;
}

/** Bytes that are copied at a time. */
const CHUNK = 1024 * 1024;

/**
 * Writes a PDF with the words of the given pages unseen over them. Its own bytes stay as they are: the update behind them has the
 * new text and the dictionaries of these pages (PDF 1.7, 7.5.6). Other pages, links, forms and outlines are not touched.
 * @throws FileError `unsupported_format`, `corrupt_file`
 */
export async function updatedPdf(
  { source, folder }: PdfUpdate,
  pages: AsyncIterable<OutputPage>,
): Promise<{ readonly path: string }> {
  const bytes = await source.read();
  const pdf = PdfFile.open(bytes);
  const path = join(folder, "result.pdf");
  const writer = await PdfWriter.create(path);
  try {
    for (let at = 0; at < bytes.length; at += CHUNK) await writer.write(bytes.subarray(at, at + CHUNK));
    const layer = new Layer(pdf, writer);
    for await (const page of pages) {
      const own = pdf.pages[page.fields.page - 1];
      if (own !== undefined && page.words.length > 0) await layer.add(own, page);
    }
    if (writer.offsets.size > 0) await layer.end();
  } finally {
    await writer.close();
  }
  return { path };
}

/** The objects of an update. */
class Layer {
  readonly #pdf: PdfFile;
  readonly #writer: PdfWriter;
  readonly #glyphs = new GlyphCodes();
  readonly #font: number;
  readonly #save: number;
  #next: number;

  constructor(pdf: PdfFile, writer: PdfWriter) {
    this.#pdf = pdf;
    this.#writer = writer;
    this.#font = pdf.size;
    this.#save = this.#font + FONT_OBJECTS;
    this.#next = this.#save + 1;
  }

  async add(found: FoundPage, page: OutputPage): Promise<void> {
    const text = textLayer(page, this.#toPage(found, page), this.#glyphs);
    if (text === "") return;
    const layer = this.#next;
    this.#next += 1;
    if (this.#writer.offsets.size === 0) await this.#writer.write("\n");
    // The page's own operators may leave any state behind, which q and Q keep from the text.
    await this.#writer.object({ id: layer, dict: "", deflate: Buffer.from(`\nQ\n${text}`, "latin1") });
    const dict = this.#withLayer(found.dict, layer);
    await this.#writer.object({ id: found.id, generation: found.generation, dict: entriesText(dict) });
  }

  async end(): Promise<void> {
    await this.#writer.object({ id: this.#save, dict: "", deflate: Buffer.from("q\n") });
    for (const object of fontObjects(this.#font, this.#glyphs)) await this.#writer.object(object);
    const { trailer, start, isStream, places } = this.#pdf.tables;
    const kept = new Map([...trailer.entries].filter(([name]) => KEPT.includes(name)));
    const entries = entriesText({ kind: "dict", entries: kept });
    if (start === undefined) return await xrefStream(this.#writer, this.#next, { trailer: entries, places });
    const continued = `${entries} /Prev ${start}`;
    if (!isStream) return await this.#writer.table(this.#next, continued);
    await xrefStream(this.#writer, this.#next, { trailer: continued });
  }

  #withLayer({ entries }: PdfDictionary, layer: number): PdfDictionary {
    const contents = this.#pdf.resolved(entries.get("Contents"));
    const own = entries.get("Contents");
    const before = contents?.kind === "array" ? contents.items : own === undefined ? [] : [own];
    const items = [reference(this.#save), ...before, reference(layer)];
    const resources = this.#dictOf(entries.get("Resources"));
    const fonts = this.#dictOf(resources.get("Font")).set(FONT_NAME, reference(this.#font));
    resources.set("Font", { kind: "dict", entries: fonts });
    const changed = new Map(entries);
    changed.set("Contents", { kind: "array", items }).set("Resources", { kind: "dict", entries: resources });
    return { kind: "dict", entries: changed };
  }

  #dictOf(value: PdfValue | undefined): Map<string, PdfValue> {
    const found = this.#pdf.resolved(value);
    return new Map(found?.kind === "dict" ? found.entries : []);
  }

  /** From pixels of the picture that was drawn of a page, upright, to the space of the page. */
  #toPage({ dict: { entries } }: FoundPage, { fields: { width, height } }: OutputPage): PdfMatrix {
    const [x0, y0, x1, y1] = this.#boxOf(entries);
    const [w, h] = [x1 - x0, y1 - y0];
    const turn = numberOf(this.#pdf.resolved(entries.get("Rotate"))) ?? 0;
    switch (((turn % 360) + 360) % 360) {
      case 90:
        return [0, h / width, -w / height, 0, x1, y0];
      case 180:
        return [-w / width, 0, 0, -h / height, x1, y1];
      case 270:
        return [0, -h / width, w / height, 0, x0, y1];
      default:
        return [w / width, 0, 0, h / height, x0, y0];
    }
  }

  /** The part of a page that is shown. */
  #boxOf(entries: ReadonlyMap<string, PdfValue>): PageBox {
    const media = this.#box(entries.get("MediaBox")) ?? LETTER;
    const crop = this.#box(entries.get("CropBox")) ?? media;
    const shown: PageBox = [
      ...([Math.max(media[0], crop[0]), Math.max(media[1], crop[1])] as const),
      ...([Math.min(media[2], crop[2]), Math.min(media[3], crop[3])] as const),
    ];
    return shown[2] > shown[0] && shown[3] > shown[1] ? shown : media;
  }

  #box(value: PdfValue | undefined): PageBox | undefined {
    const found = this.#pdf.resolved(value);
    if (found?.kind !== "array" || found.items.length !== 4) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = found.items.map((item) => numberOf(this.#pdf.resolved(item)) ?? 0);
    const box: PageBox = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
    return box[2] > box[0] && box[3] > box[1] ? box : undefined;
  }
}

/** Left, lower, right and upper side in points. */
type PageBox = readonly [number, number, number, number];

/** The size of a page that has none. */
const LETTER: PageBox = [0, 0, 612, 792];

/** Entries of a trailer that an update repeats. */
const KEPT = ["Root", "Info", "ID"];

function reference(id: number): PdfValue {
  return { kind: "reference", id, generation: 0 };
}
