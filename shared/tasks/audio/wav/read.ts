import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import type { Decoder } from "../decoder.ts";
import { type Beginning, type Chunk, type RiffFile, readChunks } from "./chunks.ts";
import { readFormat, type WavFormat } from "./format.ts";

/** Bytes of a `fmt ` chunk that are read. */
const MAX_FORMAT_BYTES = 4_096;

export interface Wav {
  readonly riff: RiffFile;
  readonly format: WavFormat;
  /** Location of the samples in the file. */
  readonly data: Chunk;
  /** Whether the file ends before its `data` chunk does. */
  readonly truncated: boolean;
  /** Number of frames by the `fact` chunk; undefined without one. */
  readonly factFrames: number | undefined;
  /** Texts about the recording by their names, of containers that do not have them in `LIST`. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Decoder of samples that do not lie in groups of the same number of bytes. */
  readonly packed?: Decoder;
}

/**
 * Reads the header and the chunk list of a WAV file.
 * @throws FileError `corrupt_file` without `fmt ` or `data`, with impossible values in `fmt `, or if none
 * of the samples that the header announces is there; `too_large` for too many channels.
 */
export async function readWav(file: StepFile, beginning: Beginning): Promise<Wav> {
  const riff = await readChunks(file, beginning);
  const fmt = riff.chunks.find((chunk) => chunk.id === "fmt ");
  const data = riff.chunks.find((chunk) => chunk.id === "data");
  if (fmt === undefined) throw new FileError("corrupt_file", "The WAV file has no fmt chunk.");
  if (fmt.bytes < fmt.claimed) throw new FileError("corrupt_file", "The WAV file ends inside its fmt chunk.");
  const format = readFormat(
    await file.slice(fmt.offset, Math.min(fmt.bytes, MAX_FORMAT_BYTES)),
    riff.bigEndian,
  );
  if (data === undefined)
    throw new FileError("corrupt_file", "The WAV file has no data chunk: it holds no samples.");
  const truncated = data.bytes < data.claimed;
  if (truncated && data.bytes === 0) {
    throw new FileError(
      "corrupt_file",
      "The WAV file ends after its header: all of its samples are missing.",
    );
  }
  return { riff, format, data, truncated, factFrames: await readFact(file, riff) };
}

async function readFact(file: StepFile, { chunks, bigEndian }: RiffFile): Promise<number | undefined> {
  const fact = chunks.find((chunk) => chunk.id === "fact");
  if (fact === undefined || fact.bytes < 4) return undefined;
  const body = await file.slice(fact.offset, 4);
  const frames = bigEndian ? body.readUInt32BE(0) : body.readUInt32LE(0);
  return frames === 0xffff_ffff ? undefined : frames;
}
