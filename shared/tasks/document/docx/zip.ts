import { isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import { inflateRawSync } from "node:zlib";
import yauzl from "yauzl";
import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import { judgeInflated, LIMITS, type PartUse, refuseEntries } from "../archive/limits.ts";
import { type ArchivePlace, archiveBytes, archiveIn } from "./zipFile.ts";

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
    refuseEntries(zip.entryCount);
    return partsOf({ zip, reader }, await entriesOf(zip), onBytes);
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

  /** Without a stream: an archive has two reads for each entry. */
  override read(
    ...[buffer, offset, length, position, callback]: Parameters<yauzl.RandomAccessReader["read"]>
  ): void {
    this.bytes(position, position + length).then((bytes) => {
      bytes.copy(buffer, offset);
      callback(bytes.length < length ? new Error("the archive ends before its list of parts") : null);
    }, callback);
  }

  async bytes(start: number, end: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of archiveBytes(this.#file, this.#place, { start, end })) pieces.push(piece);
    const [first = Buffer.alloc(0)] = pieces;
    return pieces.length === 1 ? first : Buffer.concat(pieces);
  }
}

interface Archive {
  readonly zip: yauzl.ZipFile;
  readonly reader: ArchiveReader;
}

/** Parts up to these sizes are inflated at once: the streams for a piece by piece cost more than a part of 100 KB. */
const AT_ONCE = { packed: 2 ** 18, inflated: 2 ** 20 };
const DEFLATE = 8;

async function* inflatedOf({ zip, reader }: Archive, entry: yauzl.Entry): AsyncGenerator<Buffer> {
  const { compressionMethod, compressedSize, uncompressedSize } = entry;
  const isSmall = compressedSize <= AT_ONCE.packed && uncompressedSize <= AT_ONCE.inflated;
  if (!isSmall || compressionMethod !== DEFLATE) {
    yield* await zip.openReadStreamPromise(entry);
    return;
  }
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const packed = await reader.bytes(fileDataStart, fileDataStart + compressedSize);
  const inflated = inflateRawSync(packed, { maxOutputLength: uncompressedSize + 1 });
  if (inflated.length !== uncompressedSize)
    throw new Error("the part has another size than the archive says");
  if (inflated.length > 0) yield inflated;
}

interface Part {
  readonly name: string;
  readonly entry: yauzl.Entry;
}

/** Parts by their name. */
type Parts = ReadonlyMap<string, Part>;

async function entriesOf(zip: yauzl.ZipFile): Promise<Parts> {
  const entries = new Map<string, Part>();
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry).replace(/^\/+/, "");
    // Word reads the first of two entries of one name.
    if (!entries.has(name)) entries.set(name, { name, entry });
  }
  return entries;
}

/** Names of parts of a document have no case (ECMA-376 part 2, 9.1.1); files of an archive may differ by it alone. */
function finderOf(parts: Parts): (name: string) => Part | undefined {
  const caseless = new Map([...parts].toReversed().map(([name, part]) => [name.toLowerCase(), part]));
  return (name) => parts.get(name) ?? caseless.get(name.toLowerCase());
}

/** A field with the name in Unicode, as Info-ZIP writes it. */
const UNICODE_NAME = 0x7075;

/** Many programs write names in UTF-8 without the flag that says so. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: yauzl.Entry): string {
  const isTold = extraFields.some(({ id }) => id === UNICODE_NAME);
  if (!isTold && isUtf8(fileNameRaw)) return fileNameRaw.toString("utf8").replaceAll("\\", "/");
  return yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

function partsOf(archive: Archive, parts: Parts, onBytes: () => void): DocxZip {
  const budgets = { kept: { left: LIMITS.kept.total }, streamed: { left: LIMITS.streamed.total } };
  const partNamed = finderOf(parts);
  async function* stream(name: string, use: PartUse = "kept"): AsyncGenerator<Buffer> {
    const part = partNamed(name);
    let inflated = 0;
    if (part === undefined) throw new FileError("corrupt_file", `The document lacks its part ${name}.`);
    const budget = budgets[use];
    const judged = {
      name: `its part ${part.name}`,
      packed: part.entry.compressedSize,
      limit: Math.min(LIMITS[use].part, budget.left),
    };
    if (part.entry.isEncrypted()) throw encrypted();
    judgeInflated(part.entry.uncompressedSize, judged);
    try {
      for await (const chunk of inflatedOf(archive, part.entry)) {
        budget.left -= chunk.length;
        inflated += chunk.length;
        judgeInflated(inflated, judged);
        onBytes();
        yield chunk;
      }
    } catch (error) {
      throw zipError(error, name);
    }
  }
  return {
    has: (name) => partNamed(name) !== undefined,
    names: () => [...parts.keys()],
    size: (name) => partNamed(name)?.entry.uncompressedSize ?? 0,
    stream,
    read: async (name) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream(name)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
  };
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
