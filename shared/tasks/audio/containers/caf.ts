import type { StepFile } from "../../task.ts";
import type { Chunk } from "../wav/chunks.ts";
import { Fields } from "../wav/fields.ts";
import type { Coding } from "../wav/format.ts";
import type { Wav } from "../wav/read.ts";
import { linearFormat } from "./linearFormat.ts";
import { needed, samplesIn } from "./samples.ts";
import { chunksFrom } from "./walk.ts";

const IS_FLOAT = 1;
const IS_LITTLE = 2;
/** Most bytes of texts. */
const LONGEST_TEXTS = 65_536;

/** Reads the head of a Core Audio file. @throws FileError `corrupt_file`, `too_large` */
export async function readCaf(file: StepFile): Promise<Wav> {
  const chunks = await chunksFrom(file, 8, {
    head: 12,
    align: 1,
    read: (head) => {
      const bytes = Number(head.readBigInt64BE(4));
      // A recorder that was stopped leaves -1.
      return { id: head.toString("latin1", 0, 4), bytes: bytes === -1 ? undefined : bytes };
    },
  });
  const desc = needed(
    chunks.find(({ id }) => id === "desc"),
    "chunk desc",
    32,
  );
  const fields = new Fields(await file.slice(desc.offset, 32), true);
  const [name, flags] = [fields.bytes.toString("latin1", 8, 12), fields.u32(12)];
  const rate = fields.bytes.readDoubleBE(0);
  const format = linearFormat({
    coding: codingOf(name, flags),
    channels: fields.u32(24),
    sampleRate: rate > 0 && rate < 2 ** 32 ? rate : 0,
    bits: fields.u32(28),
    name,
  });
  const found = chunks.find(({ id }) => id === "data");
  // A count of edits stands before the samples.
  const data = samplesIn(found, { before: 4, container: "CAF" });
  return {
    riff: {
      container: "CAF",
      bigEndian: (flags & IS_LITTLE) === 0,
      chunks,
      streamed: await isOpen(file, found),
    },
    format,
    data,
    truncated: data.bytes < data.claimed,
    factFrames: undefined,
    texts: await textsOf(
      file,
      chunks.find(({ id }) => id === "info"),
    ),
  };
}

function codingOf(name: string, flags: number): Coding {
  if (name === "lpcm") return (flags & IS_FLOAT) === 0 ? "pcm" : "float";
  if (name === "ulaw") return "mulaw";
  return name === "alaw" ? "alaw" : "other";
}

async function isOpen(file: StepFile, data: Chunk | undefined): Promise<boolean> {
  return data !== undefined && (await file.slice(data.offset - 8, 8)).readBigInt64BE(0) === -1n;
}

/** Names and values in turn, behind their number. */
async function textsOf(file: StepFile, info: Chunk | undefined): Promise<Record<string, string>> {
  if (info === undefined || info.bytes < 4) return {};
  const bytes = await file.slice(info.offset + 4, Math.min(info.bytes - 4, LONGEST_TEXTS));
  const texts = bytes.toString("utf8").split("\0");
  const pairs = Array.from(
    { length: texts.length >> 1 },
    (_, at) => [texts[2 * at] ?? "", texts[2 * at + 1] ?? ""] as const,
  );
  return Object.fromEntries(pairs.filter(([name, value]) => name !== "" && value !== ""));
}
