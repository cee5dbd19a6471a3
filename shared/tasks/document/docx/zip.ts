import { Readable } from "node:stream";
import yauzl from "yauzl";
import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";

/** Most entries of one package; a long report with a picture on each page has about 1,000. */
const MOST_ENTRIES = 10_000;
/** Most inflated bytes of one part, and of all parts together. XML of 64 MB is a book of 10,000 pages. */
const LARGEST_PART = 64 * 2 ** 20;
const LARGEST_TOTAL = 128 * 2 ** 20;
/** Highest compression ratio of larger parts. Real XML has a ratio of 5 to 60; a decompression bomb has more. */
const MOST_RATIO = 250;
const RATIO_FROM = 8 * 2 ** 20;
const READ_AHEAD = 1 << 18;

/** The parts of a DOCX. A part is inflated on request only, within limits on its declared and its real size. */
export interface DocxZip {
  has(name: string): boolean;
  names(): readonly string[];
  /** Streams the inflated bytes of a part. @throws FileError `too_large`, `corrupt_file` */
  stream(name: string): AsyncIterable<Buffer>;
  read(name: string): Promise<Buffer>;
}

/** @throws FileError `corrupt_file`, `too_large`, `password_required` */
export async function openZip(file: StepFile): Promise<DocxZip> {
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(new Slices(file), file.bytes, {
      lazyEntries: true,
      autoClose: false,
      validateEntrySizes: true,
    });
    if (zip.entryCount > MOST_ENTRIES)
      throw tooLarge(`holds ${zip.entryCount} entries, more than ${MOST_ENTRIES}`);
    return partsOf(zip, await entriesOf(zip));
  } catch (error) {
    throw zipError(error);
  }
}

class Slices extends yauzl.RandomAccessReader {
  readonly #file: StepFile;

  constructor(file: StepFile) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(slices(this.#file, start, end));
  }
}

async function* slices(file: StepFile, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += READ_AHEAD) yield await file.slice(at, Math.min(READ_AHEAD, end - at));
}

async function entriesOf(zip: yauzl.ZipFile): Promise<Map<string, yauzl.Entry>> {
  const entries = new Map<string, yauzl.Entry>();
  for await (const entry of zip.eachEntry()) {
    // Word reads the first of two entries of one name.
    if (!entries.has(entry.fileName)) entries.set(entry.fileName, entry);
  }
  return entries;
}

function partsOf(zip: yauzl.ZipFile, entries: ReadonlyMap<string, yauzl.Entry>): DocxZip {
  const budget = { left: LARGEST_TOTAL };
  async function* stream(name: string): AsyncGenerator<Buffer> {
    const entry = entries.get(name);
    if (entry === undefined) throw new FileError("corrupt_file", `The DOCX lacks its part ${name}.`);
    judgeDeclared(entry, budget.left);
    try {
      yield* guarded(await zip.openReadStreamPromise(entry), entry, budget);
    } catch (error) {
      throw zipError(error);
    }
  }
  return {
    has: (name) => entries.has(name),
    names: () => [...entries.keys()],
    stream,
    read: async (name) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream(name)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
  };
}

/** Checks the declared sizes before anything is inflated. */
function judgeDeclared(entry: yauzl.Entry, left: number): void {
  if (entry.isEncrypted())
    throw new FileError("password_required", "The archive is encrypted. Save it without.");
  judge(entry, entry.uncompressedSize, left);
}

/** Checks the real size while the part inflates, because declared sizes may be false. */
async function* guarded(
  source: AsyncIterable<Buffer>,
  entry: yauzl.Entry,
  budget: { left: number },
): AsyncGenerator<Buffer> {
  let inflated = 0;
  for await (const chunk of source) {
    inflated += chunk.length;
    judge(entry, inflated, budget.left);
    yield chunk;
  }
  budget.left -= inflated;
}

function judge({ fileName, compressedSize }: yauzl.Entry, inflated: number, left: number): void {
  const limit = Math.min(LARGEST_PART, left);
  if (inflated > limit) throw tooLarge(`inflates to more than ${mega(limit)} MB in its part ${fileName}`);
  if (inflated > RATIO_FROM && inflated > MOST_RATIO * compressedSize) {
    throw tooLarge(`packs its part ${fileName} more than ${MOST_RATIO} times, as a decompression bomb does`);
  }
}

function tooLarge(what: string): FileError {
  return new FileError("too_large", `The DOCX ${what}. This limit is fixed; split the document.`);
}

function mega(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

function zipError(error: unknown): Error {
  if (error instanceof FileError) return error;
  return new FileError("corrupt_file", "The DOCX is damaged or truncated: its zip archive cannot be read.", {
    cause: error,
  });
}
