import { FileError } from "../../../errors.ts";
import { PdfParser, PdfSyntaxError } from "./parser.ts";
import { rebuiltTables } from "./rebuilt.ts";
import { streamData } from "./streams.ts";
import { dataStart, dictOf, objectAt, type PdfTables, readTables, streamAt } from "./tables.ts";
import { numberOf, type PdfDictionary, type PdfValue, written } from "./values.ts";

const KEPT_STREAMS = 8;
/** Deepest page tree. */
const DEEPEST = 100;

/** A page with what it inherits. */
export interface FoundPage {
  readonly id: number;
  readonly generation: number;
  readonly dict: PdfDictionary;
}

/** An object of a PDF. */
export interface WholeObject {
  readonly value: PdfValue;
  /** Undefined for an object without a stream. */
  readonly stream?: Uint8Array;
}

/** A PDF, read as objects. */
export class PdfFile {
  readonly tables: PdfTables;
  /** The pages in their order. */
  readonly pages: readonly FoundPage[];
  readonly #bytes: Buffer;
  /** The streams of objects that were read last: neighbours lie together. */
  readonly #streams = new Map<number, readonly PdfValue[]>();

  private constructor(bytes: Buffer, tables: PdfTables) {
    this.#bytes = bytes;
    this.tables = tables;
    refuseEncrypted(tables);
    this.pages = this.#allPages();
    if (this.pages.length === 0) throw new PdfSyntaxError("no pages");
  }

  /** Finds the objects anew where the tables are wrong. @throws FileError `unsupported_format` if encrypted, `corrupt_file` */
  static open(bytes: Buffer): PdfFile {
    try {
      return new PdfFile(bytes, readTables(bytes));
    } catch (error) {
      if (!isMalformed(error)) throw error;
      return readable(() => new PdfFile(bytes, rebuiltTables(bytes)));
    }
  }

  /** Number of the first object that is not taken. */
  get size(): number {
    const told = numberOf(this.tables.trailer.entries.get("Size")) ?? 0;
    return Math.max(told, 1 + [...this.tables.places.keys()].reduce((most, id) => Math.max(most, id), 0));
  }

  #allPages(): FoundPage[] {
    const root = dictOf(this.resolved(this.tables.trailer.entries.get("Root")));
    const pages: FoundPage[] = [];
    this.#walk(root.entries.get("Pages"), { inherited: new Map(), seen: new Set(), pages });
    return pages;
  }

  /** A value, or the object that it refers to; undefined for one that does not exist. */
  resolved(value: PdfValue | undefined): PdfValue | undefined {
    let found = value;
    for (let hops = 0; found?.kind === "reference"; hops++) {
      if (hops > DEEPEST) throw new PdfSyntaxError("references in a circle");
      found = this.#object(found.id);
    }
    return found;
  }

  /** An object with the bytes of its stream as they are. @throws FileError `corrupt_file` */
  whole(id: number): WholeObject {
    return readable(() => {
      const place = this.tables.places.get(id);
      const value = this.#object(id) ?? NULL;
      if (place === undefined || "stream" in place || value.kind !== "dict") return { value };
      const { end } = objectAt(this.#bytes, place.offset);
      const start = dataStart(this.#bytes, end);
      if (start === undefined) return { value };
      const told = numberOf(this.resolved(value.entries.get("Length")));
      return { value, stream: this.#bytes.subarray(start, streamEnd(this.#bytes, start, told)) };
    });
  }

  #object(id: number): PdfValue | undefined {
    const place = this.tables.places.get(id);
    if (place === undefined) return undefined;
    if ("stream" in place) return this.#objectsOf(place.stream)[place.nth];
    const found = objectAt(this.#bytes, place.offset);
    if (found.id !== id) throw new PdfSyntaxError(`object ${id} is not where the table says`);
    return found.value;
  }

  #objectsOf(id: number): readonly PdfValue[] {
    const known = this.#streams.get(id);
    if (known !== undefined) return known;
    const place = this.tables.places.get(id);
    if (place === undefined || "stream" in place) throw new PdfSyntaxError(`no stream of objects ${id}`);
    const { dict, data } = streamAt(this.#bytes, place.offset, (length) => numberOf(this.resolved(length)));
    const plain = streamData(dict, data);
    const parser = new PdfParser(plain);
    const first = numberOf(dict.entries.get("First")) ?? 0;
    const count = Math.min(numberOf(dict.entries.get("N")) ?? 0, plain.length);
    const offsets = Array.from({ length: count }, () => [parser.word(), Number(parser.word())] as const);
    const values = offsets.map(([, offset]) => new PdfParser(plain, first + offset).value());
    this.#streams.set(id, values);
    const [oldest] = this.#streams.keys();
    if (this.#streams.size > KEPT_STREAMS && oldest !== undefined) this.#streams.delete(oldest);
    return values;
  }

  #walk(value: PdfValue | undefined, { inherited, seen, pages }: Walk): void {
    if (value?.kind !== "reference" || seen.has(value.id)) return;
    seen.add(value.id);
    const { entries } = dictOf(this.resolved(value));
    const own = new Map(inherited);
    for (const name of INHERITED) {
      const found = entries.get(name);
      if (found !== undefined) own.set(name, found);
    }
    const kids = this.resolved(entries.get("Kids"));
    const type = entries.get("Type");
    if (kids?.kind === "array" && !(type !== undefined && written(type) === "/Page"))
      for (const kid of kids.items) this.#walk(kid, { inherited: own, seen, pages });
    else pages.push({ ...value, dict: { kind: "dict", entries: new Map([...own, ...entries]) } });
  }
}

const NULL: PdfValue = { kind: "token", raw: "null" };

/** The end of a stream: where its dictionary says, if that is one, else before the next `endstream`. */
function streamEnd(bytes: Buffer, start: number, told: number | undefined): number {
  if (told !== undefined && /^\s*endstream/.test(bytes.toString("latin1", start + told, start + told + 16)))
    return start + told;
  const end = bytes.indexOf("endstream", start);
  if (end === -1) throw new PdfSyntaxError(`no end of the stream at byte ${start}`);
  if (bytes[end - 1] !== 0x0a) return bytes[end - 1] === 0x0d ? end - 1 : end;
  return bytes[end - 2] === 0x0d ? end - 2 : end - 1;
}

const INHERITED = ["Resources", "MediaBox", "CropBox", "Rotate"];

interface Walk {
  readonly inherited: ReadonlyMap<string, PdfValue>;
  readonly seen: Set<number>;
  readonly pages: FoundPage[];
}

function readable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw malformed(error);
  }
}

/** The error for clients where an object of a PDF cannot be read; other errors as they are. */
export function malformed(cause: unknown): unknown {
  if (!isMalformed(cause)) return cause;
  const text = `The objects of the PDF cannot be read (${cause.message}), so that no text can be laid over its pages. Choose another output, or repair it.`;
  return new FileError("corrupt_file", text, { cause });
}

/** A RangeError is of an offset behind the end of the file. */
function isMalformed(error: unknown): error is Error {
  return error instanceof PdfSyntaxError || error instanceof RangeError;
}

function refuseEncrypted({ trailer }: PdfTables): void {
  if (!trailer.entries.has("Encrypt")) return;
  const text =
    "The PDF is encrypted, so that no text can be laid over its pages. Remove the encryption first, or choose another output.";
  throw new FileError("unsupported_format", text);
}
