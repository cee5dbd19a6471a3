import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";

/** Most chunks that are read of a RIFF file; later ones are ignored. */
const MAX_CHUNKS = 2_000;
/** Most zero bytes between chunks; some writers leave a few. */
const MAX_FILLER = 64;
/** A 32-bit size that stands for "see ds64" or "unknown". */
const UNKNOWN_SIZE = 0xffff_ffff;
/** Sizes near the limits of 31 and 32 bits stand for "unknown" in recorders that write to pipes, if the file is shorter. */
const PLACEHOLDERS: readonly (readonly [from: number, to: number])[] = [
  [0x7fff_f000, 0x8000_1000],
  [0xffff_f000, UNKNOWN_SIZE],
];

export type RiffContainer = "RIFF" | "RIFX" | "RF64" | "BW64";
export type Container = RiffContainer | "AIFF" | "AIFC" | "W64" | "CAF" | "FLAC" | "Ogg" | "MP3";

export interface Chunk {
  readonly id: string;
  /** Offset of the chunk's content from the start of the file. */
  readonly offset: number;
  /** Bytes of the content that the file has. */
  readonly bytes: number;
  /** Bytes of the content by the header; more than `bytes` in a truncated file. */
  readonly claimed: number;
}

export interface RiffFile {
  readonly container: Container;
  /** Order of the bytes of a sample; in RIFF files also that of the numbers in chunks. */
  readonly bigEndian: boolean;
  readonly chunks: readonly Chunk[];
  /** Whether the writer did not know the size of `data` (a pipe), which then extends to the end of the file. */
  readonly streamed: boolean;
}

/** The container of a WAV file, and the offset where it begins. */
export interface Beginning {
  readonly container: RiffContainer;
  readonly start: number;
}

const HEAD_BYTES = 12;
const TAG_BYTES = 10;

/** The beginning of a WAV file, behind an ID3v2 tag if there is one; undefined if the file is no WAV file. */
export async function beginningOf(file: StepFile): Promise<Beginning | undefined> {
  const head = await file.slice(0, HEAD_BYTES);
  const start = tagBytes(head);
  const container = containerOf(start === 0 ? head : await file.slice(start, HEAD_BYTES));
  return container === undefined ? undefined : { container, start };
}

/** Bytes of an ID3v2 tag, 0 without one: its head, the size in four times seven bits, and a footer if bit 4 of the flags says so. */
export function tagBytes(head: Buffer): number {
  if (head.length < TAG_BYTES || head.toString("latin1", 0, 3) !== "ID3") return 0;
  const size = head.subarray(6, TAG_BYTES).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  return TAG_BYTES + size + (((head[5] ?? 0) & 0x10) === 0 ? 0 : TAG_BYTES);
}

function containerOf(head: Buffer): RiffContainer | undefined {
  const id = head.toString("latin1", 0, 4);
  if (head.toString("latin1", 8, 12) !== "WAVE") return undefined;
  return id === "RIFF" || id === "RIFX" || id === "RF64" || id === "BW64" ? id : undefined;
}

/**
 * Lists the chunks of a WAV file without their contents. The size in the RIFF header is not used: it is wrong in
 * streamed files and above 4 GB, and the chunks have the same information.
 * @throws FileError `corrupt_file` if the file ends before its first chunk.
 */
export async function readChunks(file: StepFile, { container, start }: Beginning): Promise<RiffFile> {
  const walk: Walk = { file, bigEndian: container === "RIFX", sizes: new Map(), streamed: false };
  const chunks: Chunk[] = [];
  let offset = start + HEAD_BYTES;
  while (offset + 8 <= file.bytes && chunks.length < MAX_CHUNKS) {
    const start = await skipFiller(walk, offset);
    const chunk = await chunkAt(walk, start);
    if (chunk === undefined) break;
    if (chunk.id === "ds64") walk.sizes = await readSizes(file, chunk);
    chunks.push(chunk);
    offset = await endOf(walk, chunk);
  }
  if (chunks.length === 0) throw new FileError("corrupt_file", "The WAV file ends inside its header.");
  return { container, bigEndian: walk.bigEndian, chunks, streamed: walk.streamed };
}

interface Walk {
  readonly file: StepFile;
  readonly bigEndian: boolean;
  /** Sizes from `ds64`, which replace those of the chunks. */
  sizes: ReadonlyMap<string, number>;
  streamed: boolean;
}

async function chunkAt(walk: Walk, start: number): Promise<Chunk | undefined> {
  const head = await walk.file.slice(start, 8);
  if (head.length < 8) return undefined;
  const id = head.toString("latin1", 0, 4);
  const offset = start + 8;
  const left = walk.file.bytes - offset;
  const size = walk.bigEndian ? head.readUInt32BE(4) : head.readUInt32LE(4);
  const isOpen = id === "data" && (await isUnfinished(walk, offset, size));
  const claimed = isOpen ? undefined : claimedSize(walk, id, size);
  if (claimed !== undefined) return { id, offset, bytes: Math.min(claimed, left), claimed };
  walk.streamed = true;
  return { id, offset, bytes: left, claimed: left };
}

/** Whether the recorder never wrote the size of the samples: 0 although bytes follow that are no chunk, or a placeholder. */
async function isUnfinished(
  { file, bigEndian, sizes }: Walk,
  offset: number,
  size: number,
): Promise<boolean> {
  const left = file.bytes - offset;
  if (sizes.has("data") || left === 0) return false;
  // Some recorders write the size of the whole file.
  if (size === file.bytes) return true;
  if (size > left) return PLACEHOLDERS.some(([from, to]) => size >= from && size <= to);
  if (size !== 0) return false;
  const next = await file.slice(offset, 8);
  if (next.length < 8 || !isId(next.subarray(0, 4))) return true;
  return (bigEndian ? next.readUInt32BE(4) : next.readUInt32LE(4)) > left - 8;
}

/** The size of a chunk; undefined if the writer did not know it. */
function claimedSize(walk: Walk, id: string, size: number): number | undefined {
  if (id !== "data") return size;
  const long = walk.sizes.get("data");
  if (size === UNKNOWN_SIZE && long !== undefined && long > 0) return long;
  return size === UNKNOWN_SIZE ? undefined : size;
}

/** Reads `ds64`: 64-bit sizes of the file and of `data`, and the frame count of `fact`. */
async function readSizes(file: StepFile, chunk: Chunk): Promise<ReadonlyMap<string, number>> {
  const body = await file.slice(chunk.offset, Math.min(chunk.bytes, 24));
  return body.length < 16 ? new Map() : new Map([["data", Number(body.readBigUInt64LE(8))]]);
}

/** Chunks begin at even offsets, but some writers leave the pad byte of an odd chunk out. */
async function endOf(walk: Walk, chunk: Chunk): Promise<number> {
  const end = chunk.offset + chunk.claimed;
  if (chunk.claimed % 2 === 0 || end >= walk.file.bytes) return end;
  const next = await walk.file.slice(end, 5);
  return next[0] !== 0 && isId(next.subarray(0, 4)) && !isId(next.subarray(1, 5)) ? end : end + 1;
}

async function skipFiller(walk: Walk, offset: number): Promise<number> {
  const bytes = await walk.file.slice(offset, MAX_FILLER);
  if (bytes[0] !== 0) return offset;
  const filled = bytes.findIndex((byte) => byte !== 0);
  return filled > 0 && isId(bytes.subarray(filled, filled + 4)) ? offset + filled : offset;
}

function isId(bytes: Buffer): boolean {
  return bytes.length === 4 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}
