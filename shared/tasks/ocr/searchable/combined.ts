import { join } from "node:path";
import type { StepContext, StepFile } from "../../task.ts";
import { malformed, PdfFile } from "./file.ts";
import { CATALOG, FIRST, newPdf, PAGES } from "./newPdf.ts";
import type { PdfWriter } from "./objects.ts";
import { dictOf } from "./tables.ts";
import { entriesText, type PdfDictionary, type PdfReference, type PdfValue, written } from "./values.ts";

/** Entries of a page that belong to the document which it comes from: its tree, its tags and its threads. */
const LEFT: ReadonlySet<string> = new Set(["Parent", "StructParents", "B"]);

/**
 * Writes the pages of all these PDFs into one, in the order of the files. Pages keep their contents, pictures and links; the
 * outlines, forms and tags of the documents are left out. Memory holds one of the files at a time.
 * @throws FileError `unsupported_format`, `corrupt_file`
 */
export async function combinedPdf(
  files: readonly StepFile[],
  { folder, progress }: Pick<StepContext, "folder" | "progress">,
): Promise<{ readonly path: string }> {
  return await newPdf(join(folder, "combined.pdf"), async (writer) => {
    const kids: number[] = [];
    let next = FIRST;
    for (const [at, file] of files.entries()) {
      const copy = new PageCopy(PdfFile.open(await file.read()), writer, next);
      kids.push(...(await copy.write()));
      ({ next } = copy);
      progress((at + 1) / files.length);
    }
    return { kids, next };
  });
}

/** Copies the pages of one PDF, and the objects that they need, under new numbers. */
class PageCopy {
  /** Number of the next new object. */
  next: number;
  readonly #pdf: PdfFile;
  readonly #writer: PdfWriter;
  /** New numbers, by the old ones. */
  readonly #numbers = new Map<number, number>();
  /** Old numbers of objects that are still to be written. */
  readonly #waiting: number[] = [];

  constructor(pdf: PdfFile, writer: PdfWriter, next: number) {
    this.#pdf = pdf;
    this.#writer = writer;
    this.next = next;
  }

  /** Resolves with the new numbers of the pages. */
  async write(): Promise<readonly number[]> {
    const { pages } = this.#pdf;
    const ids = pages.map(({ id }) => this.#numbered(id));
    try {
      for (const [at, { dict }] of pages.entries()) await this.#page(ids[at] ?? 0, dict);
      for (let id = this.#waiting.pop(); id !== undefined; id = this.#waiting.pop()) await this.#object(id);
    } catch (error) {
      throw malformed(error);
    }
    return ids;
  }

  async #page(id: number, { entries }: PdfDictionary): Promise<void> {
    const own = new Map([...entries].filter(([name]) => !LEFT.has(name)));
    const dict = this.#renumbered({ kind: "dict", entries: own });
    await this.#writer.object({ id, dict: `${entriesText(dictOf(dict))} /Parent ${PAGES} 0 R` });
  }

  async #object(old: number): Promise<void> {
    const { value, stream } = this.#pdf.whole(old);
    const id = this.#numbered(old);
    const copy = this.#renumbered(value);
    if (stream === undefined || copy.kind !== "dict") return await this.#writer.value(id, written(copy));
    const entries = new Map([...copy.entries].filter(([name]) => name !== "Length"));
    await this.#writer.object({ id, dict: entriesText({ kind: "dict", entries }), stream });
  }

  #renumbered(value: PdfValue): PdfValue {
    switch (value.kind) {
      case "token":
        return value;
      case "reference":
        return this.#reference(value);
      case "array":
        return { kind: "array", items: value.items.map((item) => this.#renumbered(item)) };
      case "dict": {
        const entries = [...value.entries].map(([name, own]) => [name, this.#renumbered(own)] as const);
        return { kind: "dict", entries: new Map(entries) };
      }
    }
  }

  /** A link may lead to the tree of pages or to the catalog: these are others now. */
  #reference({ id }: PdfReference): PdfValue {
    const known = this.#numbers.get(id);
    if (known !== undefined) return reference(known);
    const target = this.#pdf.resolved({ kind: "reference", id, generation: 0 });
    if (target === undefined) return { kind: "token", raw: "null" };
    const type = target.kind === "dict" ? target.entries.get("Type") : undefined;
    const name = type && written(type);
    if (name === "/Pages") return reference(PAGES);
    if (name === "/Catalog") return reference(CATALOG);
    this.#waiting.push(id);
    return reference(this.#numbered(id));
  }

  #numbered(old: number): number {
    const known = this.#numbers.get(old);
    if (known !== undefined) return known;
    const id = this.next;
    this.next += 1;
    this.#numbers.set(old, id);
    return id;
  }
}

function reference(id: number): PdfReference {
  return { kind: "reference", id, generation: 0 };
}
