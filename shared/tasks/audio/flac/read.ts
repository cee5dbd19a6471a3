import type { StepFile } from "../../task.ts";
import { ByteWindow, bytesOf, type StreamSource } from "../byteWindow.ts";
import { packedFormat } from "../packedFormat.ts";
import type { Wav } from "../wav/read.ts";
import { flacDecoder } from "./decode.ts";
import { readHead } from "./head.ts";

const TAG_BYTES = 128;

/** Reads the head of a FLAC file that begins at an offset. @throws FileError `corrupt_file`, `too_large` */
export async function readFlac(file: StepFile, start: number): Promise<Wav> {
  // Some writers put an ID3v1 tag behind the frames.
  const last = Math.max(start, file.bytes - TAG_BYTES);
  const isTagged = (await file.slice(last, 3)).toString("latin1") === "TAG";
  const end = isTagged ? last : file.bytes;
  return await readFlacStream(file, () => bytesOf(file, start, end), "FLAC");
}

/** Reads the head of a FLAC stream. @param open gives the bytes from `fLaC` on */
export async function readFlacStream(
  file: StepFile,
  open: () => StreamSource,
  container: "FLAC" | "Ogg",
): Promise<Wav> {
  const { info, comments, blocks } = await readHead(new ByteWindow(open()));
  const { sampleRate, channels, bits } = info;
  const format = packedFormat({
    ...{ name: "flac", channels, sampleRate, bits },
    channelMask: comments.channelMask,
  });
  const all = { id: "frames", offset: 0, bytes: file.bytes, claimed: file.bytes };
  return {
    riff: { container, bigEndian: false, chunks: blocks, streamed: false },
    format,
    data: all,
    truncated: false,
    factFrames: undefined,
    texts: comments.texts,
    packed: flacDecoder({ open, info, bytes: file.bytes }),
  };
}
