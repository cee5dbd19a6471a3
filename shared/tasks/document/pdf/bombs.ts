import { pipeline } from "node:stream/promises";
import { createInflate } from "node:zlib";
import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import { fromBase85, fromHex } from "./ascii.ts";

/** Most inflated bytes of one stream that is not a picture. Real pages have less than 10 MB; maps reach 50 MB. */
const LARGEST_STREAM = 64 * 2 ** 20;
/** Deflate has a ratio of at most 1,032, so a smaller stream cannot exceed the limit. */
const SUSPECT = LARGEST_STREAM / 1_032;
/** Bytes before the word `stream` in which its dictionary is searched. */
const DICTIONARY = 2_048;
/** Most filters of one stream; no program uses more. */
const MOST_LAYERS = 4;
const WINDOW = 2 ** 20;

/**
 * Refuses a PDF whose text streams would fill the memory, before the engine opens it. Pictures are
 * not checked, because reading text does not decode them. Encrypted streams do not inflate and are not checked either.
 * @throws FileError `too_large`
 */
export async function refuseBombs(file: StepFile): Promise<void> {
  for (let at = 0; at < file.bytes; at += WINDOW) {
    // Windows overlap, so that no dictionary is cut from its stream.
    const from = Math.max(0, at - DICTIONARY);
    const window = await file.slice(from, at - from + WINDOW);
    for (const stream of streamsIn(window)) {
      if (from + stream.start >= at) await judge(file, { ...stream, start: from + stream.start });
    }
  }
}

type Packing = "flate" | "hex" | "base85";

interface PdfStream {
  /** Offset of its first byte. */
  readonly start: number;
  /** Its filters, outermost first. */
  readonly packing: readonly Packing[];
}

function* streamsIn(window: Buffer): Generator<PdfStream> {
  for (let at = window.indexOf("stream"); at !== -1; at = window.indexOf("stream", at + 6)) {
    const after = window[at + 6];
    const isStart = after === 0x0a || after === 0x0d;
    if (!isStart || window.toString("latin1", at - 3, at) === "end") continue;
    const dictionary = dictionaryBefore(window, at);
    refuseDisguise(dictionary);
    const packing = packingOf(dictionary);
    const start = at + 6 + (after === 0x0d && window[at + 7] === 0x0a ? 2 : 1);
    if (packing.includes("flate")) yield { start, packing };
  }
}

function dictionaryBefore(window: Buffer, at: number): string {
  const before = window.toString("latin1", Math.max(0, at - DICTIONARY), at);
  return before.slice(before.lastIndexOf(" obj") + 1);
}

/** Refuses page content behind a picture's filter: no program writes it, and its decoder turns bytes into gigabytes. */
function refuseDisguise(dictionary: string): void {
  const hasPictureFilter = /\/(JBIG2Decode|JPXDecode|DCTDecode|CCITTFaxDecode)\b/.test(dictionary);
  if (!hasPictureFilter || /\/(Width|W)\b/.test(dictionary) || !/<</.test(dictionary)) return;
  throw new FileError(
    "too_large",
    "The PDF hides pages behind a picture's filter, as a decompression bomb does.",
  );
}

function packingOf(dictionary: string): Packing[] {
  if (/\/Subtype\s*\/Image\b|\/EmbeddedFile\b/.test(dictionary)) return [];
  const filters = dictionary.matchAll(/\/(?:(FlateDecode|Fl)|(ASCIIHexDecode|AHx)|(ASCII85Decode|A85))\b/g);
  return [...filters].map(([, flate, hex]) => {
    if (flate !== undefined) return "flate";
    return hex === undefined ? "base85" : "hex";
  });
}

async function judge(file: StepFile, { start, packing }: PdfStream): Promise<void> {
  if (packing.length > MOST_LAYERS) throw tooLarge(`packs a stream ${packing.length} times`);
  if (packing.length === 1 && (await endsWithin(file, start, SUSPECT))) return;
  if ((await unpackedBytes(bytesFrom(file, start), packing)) <= LARGEST_STREAM) return;
  throw tooLarge(`holds a stream that inflates to more than ${LARGEST_STREAM / 2 ** 20} MB`);
}

function tooLarge(what: string): FileError {
  return new FileError("too_large", `The PDF ${what}. This limit is fixed; split the document.`);
}

/** Counts the inflated bytes up to the limit without keeping them. */
async function unpackedBytes(source: AsyncIterable<Buffer>, packing: readonly Packing[]): Promise<number> {
  let stream = source;
  for (const how of packing) stream = UNPACK[how](stream);
  let inflated = 0;
  try {
    for await (const chunk of stream) {
      inflated += chunk.length;
      if (inflated > LARGEST_STREAM) break;
    }
  } catch {
    // The engine judges streams that do not inflate.
  }
  return inflated;
}

const UNPACK: Readonly<Record<Packing, (source: AsyncIterable<Buffer>) => AsyncIterable<Buffer>>> = {
  flate: inflate,
  hex: fromHex,
  base85: fromBase85,
};

function inflate(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const inflater = createInflate();
  pipeline(source, inflater).catch(() => inflater.destroy());
  return inflater;
}

async function endsWithin(file: StepFile, start: number, length: number): Promise<boolean> {
  return (await file.slice(start, Math.ceil(length))).includes("endstream");
}

async function* bytesFrom(file: StepFile, start: number): AsyncGenerator<Buffer> {
  for (let at = start; at < file.bytes; at += 1 << 18) yield await file.slice(at, 1 << 18);
}
