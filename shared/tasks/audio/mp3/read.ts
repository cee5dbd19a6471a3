import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import { inBlocks } from "../blockBuffer.ts";
import type { SampleBlock } from "../blocks.ts";
import { bytesOf } from "../byteWindow.ts";
import { checkExpansion, type Faults } from "../decoder.ts";
import { fileTypeOf } from "../fileType.ts";
import { packedFormat } from "../packedFormat.ts";
import { tagBytes } from "../wav/chunks.ts";
import type { Wav } from "../wav/read.ts";
import { type Mp3Library, mp3Library } from "./library.ts";

/** Bytes at the start in which the first samples must be. */
const FIRST_BYTES = 1 << 20;

/** Reads the head of an MP3 file; undefined for other files, and where the package that decodes MP3 is not installed. @throws FileError `corrupt_file` */
export async function readMp3(file: StepFile): Promise<Wav | undefined> {
  if ((await fileTypeOf(file))?.ext !== "mp3") return undefined;
  const library = await mp3Library();
  if (library === undefined) return undefined;
  const start = tagBytes(await file.slice(0, 10));
  const recording = { file, library, start };
  const sampleRate = await sampleRateOf(recording);
  const channels = channelsOf(await file.slice(start, FIRST_BYTES));
  return {
    riff: { container: "MP3", bigEndian: false, chunks: [], streamed: false },
    format: packedFormat({ name: "mp3", channels, sampleRate, bits: 0, channelMask: 0 }),
    data: { id: "frames", offset: start, bytes: file.bytes - start, claimed: file.bytes - start },
    ...{ truncated: false, factFrames: undefined },
    packed: {
      ...{ sampleWidth: 4, fullScale: 1, frames: undefined },
      blocks: (faults) => blocksOf(recording, channels, faults),
    },
  };
}

interface Mp3 {
  readonly file: StepFile;
  readonly library: Mp3Library;
  /** Offset behind the ID3 tag. */
  readonly start: number;
}

async function sampleRateOf(recording: Mp3): Promise<number> {
  for await (const { planes, sampleRate } of decoded({ ...recording, most: FIRST_BYTES }))
    if ((planes[0]?.length ?? 0) > 0) return sampleRate;
  throw new FileError("corrupt_file", "No frame of the MP3 file could be decoded.");
}

/** Channels by the head of the first frame: the library gives two for one. */
function channelsOf(bytes: Buffer): number {
  for (let at = 0; at + 4 <= bytes.length; at += 1) {
    const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4);
    const isSync = first === 0xff && (second & 0xe0) === 0xe0 && (second & 6) !== 0;
    if (isSync && third >> 4 !== 15 && (third & 12) !== 12) return fourth >> 6 === 3 ? 1 : 2;
  }
  return 2;
}

async function* blocksOf(recording: Mp3, channels: number, faults: Faults): AsyncGenerator<SampleBlock> {
  let frames = 0;
  let broken = 0;
  const { bytes } = recording.file;
  async function* ranges() {
    for await (const { planes, errors } of decoded(recording)) {
      broken += errors;
      const to = planes[0]?.length ?? 0;
      frames += to;
      checkExpansion(frames * channels, bytes);
      yield { planes, from: 0, to, scale: 1 };
    }
  }
  yield* inBlocks(ranges(), channels);
  if (broken > 0) faults.warnings.push(`Damaged parts that were left out: ${broken}.`);
}

async function* decoded({ file, library, start, most = Number.POSITIVE_INFINITY }: Mp3 & { most?: number }) {
  const decoder = new library.MPEGDecoder();
  await decoder.ready;
  try {
    const next = bytesOf(file, start, Math.min(file.bytes, start + most));
    for (let bytes = await next(); bytes.length > 0; bytes = await next()) {
      const { channelData, samplesDecoded, sampleRate, errors } = decoder.decode(bytes);
      if (samplesDecoded > 0 || errors.length > 0)
        yield { planes: channelData, sampleRate, errors: errors.length };
    }
  } finally {
    decoder.free();
  }
}
