import { type FileHandle, open } from "node:fs/promises";
import { deflateSync } from "node:zlib";

/** An object of a PDF that is a dictionary, perhaps with a stream. */
export interface PdfObject {
  readonly id: number;
  /** 0 unless said. */
  readonly generation?: number;
  /** Entries of the dictionary without `<<` and `>>`. */
  readonly dict: string;
  /** The stream; the writer deflates it. */
  readonly deflate?: Uint8Array;
  /** The stream as it is, which `dict` describes. */
  readonly stream?: Uint8Array;
}

interface ObjectOffset {
  readonly offset: number;
  readonly generation: number;
}

/** Writes a file of PDF objects and remembers where each begins. Memory holds one object at a time. */
export class PdfWriter {
  readonly offsets = new Map<number, ObjectOffset>();
  readonly #file: FileHandle;
  #at = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<PdfWriter> {
    return new PdfWriter(await open(path, "wx"));
  }

  /** Number of bytes that are written. */
  get bytes(): number {
    return this.#at;
  }

  async write(part: Uint8Array | string): Promise<void> {
    const bytes = typeof part === "string" ? Buffer.from(part, "latin1") : part;
    await this.#file.writeFile(bytes);
    this.#at += bytes.length;
  }

  async object({ id, generation = 0, dict, deflate, stream }: PdfObject): Promise<void> {
    this.offsets.set(id, { offset: this.#at, generation });
    const packed = deflate === undefined ? stream : deflateSync(deflate);
    if (packed === undefined) return await this.write(`${id} ${generation} obj\n<< ${dict} >>\nendobj\n`);
    const filter = deflate === undefined ? "" : " /Filter /FlateDecode";
    await this.write(`${id} ${generation} obj\n<< ${dict}${filter} /Length ${packed.length} >>\nstream\n`);
    await this.write(packed);
    await this.write("\nendstream\nendobj\n");
  }

  /** An object that is no dictionary, or has no stream, as it is written. */
  async value(id: number, text: string): Promise<void> {
    this.offsets.set(id, { offset: this.#at, generation: 0 });
    await this.write(`${id} 0 obj\n${text}\nendobj\n`);
  }

  /** Writes the table of all objects and the trailer. @param trailer its entries without `/Size` */
  async table(size: number, trailer: string): Promise<void> {
    const start = this.#at;
    const ids = [...this.offsets.keys()].sort((a, b) => a - b);
    let lines = ids[0] === 1 ? "0 1\n0000000000 65535 f \n" : "";
    for (let from = 0; from < ids.length; ) {
      let to = from + 1;
      while (to < ids.length && ids[to] === (ids[to - 1] ?? 0) + 1) to += 1;
      lines += `${ids[from]} ${to - from}\n`;
      for (const id of ids.slice(from, to)) lines += entryOf(this.offsets.get(id));
      from = to;
    }
    await this.write(`xref\n${lines}trailer\n<< /Size ${size} ${trailer} >>\nstartxref\n${start}\n%%EOF\n`);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function entryOf({ offset, generation }: ObjectOffset = { offset: 0, generation: 0 }): string {
  return `${String(offset).padStart(10, "0")} ${String(generation).padStart(5, "0")} n \n`;
}
