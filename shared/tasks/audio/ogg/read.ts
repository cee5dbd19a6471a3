import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import { bytesOf, type StreamSource } from "../byteWindow.ts";
import type { Decoder } from "../decoder.ts";
import { readFlacStream } from "../flac/read.ts";
import { packedFormat } from "../packedFormat.ts";
import { readComments } from "../vorbisComment.ts";
import type { Wav } from "../wav/read.ts";
import { opusDecoder } from "./opus.ts";
import { readOpusHead } from "./opusHead.ts";
import { speakersOf } from "./order.ts";
import { emptyTally, type OggTally, packetsOf } from "./packets.ts";
import { findStream, lastGranule, type OggStream } from "./streams.ts";
import { tellOgg } from "./warnings.ts";

const OPUS_RATE = 48_000;
/** Bytes before `fLaC` in the first packet. */
const FLAC_PREFIX = 9;

/** Reads the head of an Ogg file; undefined if none of its streams can be decoded. @throws FileError `corrupt_file`, `too_large` */
export async function readOgg(file: StepFile): Promise<Wav | undefined> {
  const stream = await findStream(file);
  if (stream === undefined) return undefined;
  const open = () => bytesOf(file, 0, file.bytes);
  if (stream.encoding === "flac") return await readOggFlac(file, open, stream);
  return stream.encoding === "opus" ? await readOpus(file, open, stream) : undefined;
}

async function readOpus(
  file: StepFile,
  open: () => StreamSource,
  stream: OggStream,
): Promise<Wav | undefined> {
  const [first, second] = await firstPackets(open(), stream.serial, 2);
  if (first === undefined || second === undefined)
    throw new FileError("corrupt_file", "The Ogg file ends in the heads of its stream.");
  const head = readOpusHead(first);
  if (head.family > 1) return undefined;
  const { texts } = readComments(second.subarray("OpusTags".length));
  const end = await lastGranule(file, stream.serial);
  return {
    riff: { container: "Ogg", bigEndian: false, chunks: [], streamed: false },
    format: packedFormat({
      ...{ name: "opus", channels: head.channels, sampleRate: OPUS_RATE, bits: 0 },
      channelMask: head.family === 1 ? speakersOf(head.channels) : 0,
    }),
    data: { id: "packets", offset: 0, bytes: file.bytes, claimed: file.bytes },
    ...{ truncated: false, factFrames: undefined, texts },
    packed: opusDecoder({ open, stream, head, end, bytes: file.bytes }),
  };
}

async function readOggFlac(file: StepFile, open: () => StreamSource, stream: OggStream): Promise<Wav> {
  let tally = emptyTally();
  const frames = () => {
    tally = emptyTally();
    return flacBytes(open(), stream.serial, tally);
  };
  const wav = await readFlacStream(file, frames, "Ogg");
  return wav.packed === undefined ? wav : { ...wav, packed: told(wav.packed, () => tally, stream.others) };
}

/** The same decoder, which tells what is wrong with the pages too. */
function told(decoder: Decoder, tally: () => OggTally, others: number): Decoder {
  return {
    ...decoder,
    async *blocks(faults) {
      let isHeard = false;
      for await (const block of decoder.blocks(faults)) {
        isHeard = true;
        yield block;
      }
      tellOgg(tally(), { others, isHeard }, faults);
    },
  };
}

/** The packets of FLAC one after the other, from `fLaC` on: as a FLAC file has them. */
function flacBytes(source: StreamSource, serial: number, tally: OggTally): StreamSource {
  const pages = packetsOf(source, serial, tally);
  let prefix = FLAC_PREFIX;
  return async () => {
    for (;;) {
      const { value, done = false } = await pages.next();
      if (done || value === undefined) return Buffer.alloc(0);
      const bytes = Buffer.concat(value.packets).subarray(prefix);
      prefix = 0;
      if (bytes.length > 0) return bytes;
    }
  };
}

async function firstPackets(source: StreamSource, serial: number, count: number): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const { packets } of packetsOf(source, serial, emptyTally())) {
    found.push(...packets);
    if (found.length >= count) break;
  }
  return found;
}
