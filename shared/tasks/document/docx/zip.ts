import { Readable } from "node:stream";
import yauzl from "yauzl";
import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import { type ArchivePlace, archiveBytes, archiveIn } from "./zipFile.ts";

/** Most entries of one package; a long report with a picture on each page has about 1,000. */
const MOST_ENTRIES = 10_000;
/**
 * Most inflated bytes of one part, and of all parts together. XML of 64 MB is a book of 10,000 pages; parts that are read
 * without being kept, such as a sheet of a million rows, may be larger.
 */
const LIMITS = {
  kept: { part: 64 * 2 ** 20, total: 128 * 2 ** 20 },
  streamed: { part: 2 ** 30, total: 2 ** 31 },
} as const;

/** Whether a part is kept as XML or text, or passes by. */
export type PartUse = keyof typeof LIMITS;
/** Highest compression ratio of larger parts. Real XML has a ratio of 5 to 60; a decompression bomb has more. */
const MOST_RATIO = 250;
const RATIO_FROM = 8 * 2 ** 20;

/** The parts of a DOCX. A part is inflated on request only, within limits on its declared and its real size. */
export interface DocxZip {
  has(name: string): boolean;
  names(): readonly string[];
  /** Bytes of a part as the archive declares them; 0 for one that it does not have. */
  size(name: string): number;
  /** Streams the inflated bytes of a part. @throws FileError `too_large`, `corrupt_file` */
  stream(name: string, use?: PartUse): AsyncIterable<Buffer>;
  read(name: string): Promise<Buffer>;
}

/**
 * @param onBytes called for each piece that inflates
 * @throws FileError `corrupt_file`, `too_large`, `password_required`, `unsupported_format`
 */
export async function openZip(file: StepFile, onBytes: () => void): Promise<DocxZip> {
  const place = await archiveIn(file);
  if (place === undefined) throw cutOff();
  try {
    const reader = new ArchiveReader(file, place);
    const zip = await yauzl.fromRandomAccessReaderPromise(reader, place.end - place.start, {
      lazyEntries: true,
      autoClose: false,
      validateEntrySizes: true,
      // Names are decoded here: the library refuses an archive with a name that could leave a folder.
      decodeStrings: false,
    });
    if (zip.entryCount > MOST_ENTRIES)
      throw tooLarge(`holds ${zip.entryCount} entries, more than ${MOST_ENTRIES}`);
    return partsOf(zip, await entriesOf(zip), onBytes);
  } catch (error) {
    throw zipError(error);
  }
}

class ArchiveReader extends yauzl.RandomAccessReader {
  readonly #file: StepFile;
  readonly #place: ArchivePlace;

  constructor(file: StepFile, place: ArchivePlace) {
    super();
    this.#file = file;
    this.#place = place;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(archiveBytes(this.#file, this.#place, { start, end }));
  }
}

interface Part {
  readonly name: string;
  readonly entry: yauzl.Entry;
}

/** Parts by their name in lower case, since names of parts have no case (ECMA-376 part 2, 9.1.1). */
type Parts = ReadonlyMap<string, Part>;

async function entriesOf(zip: yauzl.ZipFile): Promise<Parts> {
  const entries = new Map<string, Part>();
  for await (const entry of zip.eachEntry()) {
    const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
    const name = yauzl
      .getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
      .replace(/^\/+/, "");
    const key = name.toLowerCase();
    // Word reads the first of two entries of one name.
    if (!entries.has(key)) entries.set(key, { name, entry });
  }
  return entries;
}

function partsOf(zip: yauzl.ZipFile, parts: Parts, onBytes: () => void): DocxZip {
  const budgets = { kept: { left: LIMITS.kept.total }, streamed: { left: LIMITS.streamed.total } };
  async function* stream(name: string, use: PartUse = "kept"): AsyncGenerator<Buffer> {
    const part = parts.get(name.toLowerCase());
    let inflated = 0;
    if (part === undefined) throw new FileError("corrupt_file", `The document lacks its part ${name}.`);
    const budget = budgets[use];
    const judge = judgeOf(part, Math.min(LIMITS[use].part, budget.left));
    if (part.entry.isEncrypted()) throw encrypted();
    judge(part.entry.uncompressedSize);
    try {
      const source = await zip.openReadStreamPromise(part.entry);
      for await (const chunk of source) {
        budget.left -= chunk.length;
        inflated += chunk.length;
        judge(inflated);
        onBytes();
        yield chunk;
      }
    } catch (error) {
      throw zipError(error, name);
    }
  }
  return {
    has: (name) => parts.has(name.toLowerCase()),
    names: () => [...parts.values()].map(({ name }) => name),
    size: (name) => parts.get(name.toLowerCase())?.entry.uncompressedSize ?? 0,
    stream,
    read: async (name) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream(name)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
  };
}

/** Checks the declared size before a part inflates, and the real one meanwhile, because declared sizes may be false. */
function judgeOf({ name, entry }: Part, limit: number): (inflated: number) => void {
  return (inflated) => {
    if (inflated > limit) throw tooLarge(`inflates to more than ${mega(limit)} MB in its part ${name}`);
    if (inflated > RATIO_FROM && inflated > MOST_RATIO * entry.compressedSize) {
      throw tooLarge(`packs its part ${name} more than ${MOST_RATIO} times, as a decompression bomb does`);
    }
  };
}

function tooLarge(what: string): FileError {
  return new FileError("too_large", `The document ${what}. This limit is fixed; split the document.`);
}

function mega(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

/** @param part name of the part that was read, where one was */
function zipError(error: unknown, part?: string): Error {
  if (error instanceof FileError) return error;
  const message = error instanceof Error ? error.message : "";
  if (/strong encryption|entry is encrypted/.test(message)) return encrypted();
  if (/unexpected EOF|overflows file bounds/.test(message)) return cutOff(error);
  if (/compression method|multi-disk/.test(message)) return unsupported(message, part);
  const what =
    part === undefined ? "the list of its parts cannot be read" : `its part ${part} cannot be unpacked`;
  return new FileError("corrupt_file", `The document is damaged: ${what}. Send an intact copy.`, {
    cause: error,
  });
}

function cutOff(cause?: unknown): FileError {
  return new FileError(
    "corrupt_file",
    "The document is cut off or no zip archive: the list of its parts, which stands at its end, is missing. Send the whole file.",
    { cause },
  );
}

function encrypted(): FileError {
  return new FileError(
    "password_required",
    "The zip archive is encrypted, which is not how Word encrypts a DOCX. Unpack it and send the DOCX itself.",
  );
}

function unsupported(message: string, part: string | undefined): FileError {
  const method = /compression method: (\d+)/.exec(message)?.[1];
  const what =
    method === undefined
      ? "is one volume of a split archive"
      : `packs its part ${part} by the method ${method} of zip`;
  return new FileError(
    "unsupported_format",
    `The document ${what}, which is not supported. Open it in a word processor and save it again.`,
  );
}
