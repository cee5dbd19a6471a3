import type { StepFile } from "../../task.ts";
import type { Chunk } from "../wav/chunks.ts";
import { Fields } from "../wav/fields.ts";
import type { Coding } from "../wav/format.ts";
import type { Wav } from "../wav/read.ts";
import { linearFormat } from "./linearFormat.ts";
import { needed, samplesIn } from "./samples.ts";
import { chunksFrom } from "./walk.ts";

interface Encoding {
  readonly coding: Coding;
  readonly isLittle?: boolean;
  readonly isUnsigned?: boolean;
  /** Bits of a sample where the name states them. */
  readonly bits?: number;
}

/** Encodings of AIFF-C by their four letters in lower case. */
const ENCODINGS: Readonly<Record<string, Encoding>> = {
  ...{ none: { coding: "pcm" }, twos: { coding: "pcm" }, sowt: { coding: "pcm", isLittle: true } },
  ...{
    "raw ": { coding: "pcm", isUnsigned: true },
    in24: { coding: "pcm", bits: 24 },
    in32: { coding: "pcm", bits: 32 },
  },
  ...{ fl32: { coding: "float", bits: 32 }, fl64: { coding: "float", bits: 64 } },
  ...{ ulaw: { coding: "mulaw" }, alaw: { coding: "alaw" } },
};

/** Names of the chunks of texts. */
const TEXTS: Readonly<Record<string, string>> = {
  NAME: "title",
  AUTH: "artist",
  "(c) ": "copyright",
  ANNO: "comment",
};
const LONGEST_TEXT = 16_384;

/** Reads the head of an AIFF or AIFF-C file. @throws FileError `corrupt_file`, `too_large` */
export async function readAiff(file: StepFile, container: "AIFF" | "AIFC"): Promise<Wav> {
  const chunks = await chunksFrom(file, 12, {
    head: 8,
    align: 2,
    read: (head) => ({ id: head.toString("latin1", 0, 4), bytes: head.readUInt32BE(4) }),
  });
  const common = needed(
    chunks.find(({ id }) => id === "COMM"),
    "chunk COMM",
    18,
  );
  const fields = new Fields(await file.slice(common.offset, Math.min(common.bytes, 64)), true);
  const name = container === "AIFC" ? fields.bytes.toString("latin1", 18, 22) : "NONE";
  const encoding = ENCODINGS[name.toLowerCase()] ?? { coding: "other" };
  const format = linearFormat({
    coding: encoding.coding,
    channels: fields.u16(0),
    sampleRate: extended(fields.bytes.subarray(8, 18)),
    bits: encoding.bits ?? fields.u16(6),
    name,
    isUnsigned: encoding.isUnsigned ?? false,
  });
  const claimed = format.width === 0 ? undefined : fields.u32(2) * format.blockAlign;
  const all = await soundIn(
    file,
    chunks.find(({ id }) => id === "SSND"),
    container,
  );
  // Bytes behind the frames that the file states are padding.
  const data = claimed === undefined ? all : { ...all, bytes: Math.min(all.bytes, claimed), claimed };
  return {
    riff: { container, bigEndian: encoding.isLittle !== true, chunks, streamed: false },
    format,
    data,
    truncated: data.bytes < data.claimed,
    factFrames: undefined,
    texts: await textsOf(file, chunks),
  };
}

/** The samples start behind an offset that their chunk states. */
async function soundIn(file: StepFile, chunk: Chunk | undefined, container: string): Promise<Chunk> {
  const offset =
    chunk === undefined || chunk.bytes < 4 ? 0 : (await file.slice(chunk.offset, 4)).readUInt32BE(0);
  return samplesIn(chunk, { before: 8 + offset, container });
}

/** A number of 80 bits: sign and exponent in 16, mantissa in 64. */
function extended(bytes: Buffer): number {
  const exponent = (bytes.readUInt16BE(0) & 0x7fff) - 16_383 - 63;
  const rate = Number(bytes.readBigUInt64BE(2)) * 2 ** exponent;
  return Number.isFinite(rate) && rate < 2 ** 32 ? rate : 0;
}

async function textsOf(file: StepFile, chunks: readonly Chunk[]): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const { id, offset, bytes } of chunks) {
    const name = TEXTS[id];
    if (name === undefined || texts[name] !== undefined) continue;
    const text = new Fields(await file.slice(offset, Math.min(bytes, LONGEST_TEXT)), true).text(0);
    if (text !== "") texts[name] = text;
  }
  return texts;
}
