import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import { bytesOf, type StreamSource } from "../byteWindow.ts";
import type { Decoder } from "../decoder.ts";
import { readFlacStream } from "../flac/read.ts";
import { packedFormat } from "../packedFormat.ts";
import { readVorbisHead } from "../vorbis/head.ts";
import { readSetup } from "../vorbis/setup.ts";
import { readComments } from "../vorbisComment.ts";
import type { Wav } from "../wav/read.ts";
import { opusDecoder } from "./opus.ts";
import { readOpusHead } from "./opusHead.ts";
import { speakersOf } from "./order.ts";
import { emptyTally, type OggTally, packetsOf } from "./packets.ts";
import { findStream, lastGranule, type OggStream } from "./streams.ts";
import { VORBIS_HEADERS, vorbisDecoder } from "./vorbis.ts";
import { tellOgg } from "./warnings.ts";

const OPUS_RATE = 48_000;
/** Bytes before `fLaC` in the first packet. */
const FLAC_PREFIX = 9;

type Heads = readonly [Buffer, Buffer, Buffer];

/** Reads the head of an Ogg file; undefined if none of its streams can be decoded. @throws FileError `corrupt_file`, `too_large` */
export async function readOgg(file: StepFile): Promise<Wav | undefined> {
  const stream = await findStream(file);
  if (stream === undefined) return undefined;
  const open = () => bytesOf(file, 0, file.bytes);
  if (stream.encoding === "flac") return await readOggFlac(file, open, stream);
  return stream.encoding === "opus"
    ? await readOpus(file, open, stream)
    : await readVorbis(file, open, stream);
}

async function readOpus(
  file: StepFile,
  open: () => StreamSource,
  stream: OggStream,
): Promise<Wav | undefined> {
  const [first, second] = await heads(open(), stream, 2);
  const head = readOpusHead(first);
  if (head.family > 1) return undefined;
  const end = await lastGranule(file, stream.serial);
  return wavOf(file, {
    format: packedFormat({
      ...{ name: "opus", channels: head.channels, sampleRate: OPUS_RATE, bits: 0 },
      channelMask: head.family === 1 ? speakersOf(head.channels) : 0,
    }),
    texts: readComments(second.subarray("OpusTags".length)).texts,
    packed: opusDecoder({ open, stream, head, end, bytes: file.bytes }),
  });
}

async function readVorbis(file: StepFile, open: () => StreamSource, stream: OggStream): Promise<Wav> {
  const [first, second, third] = await heads(open(), stream, VORBIS_HEADERS);
  const head = readVorbisHead(first);
  const { channels, sampleRate } = head;
  const format = packedFormat({
    ...{ name: "vorbis", channels, sampleRate, bits: 0, channelMask: speakersOf(channels) },
  });
  const { texts } = readComments(second.subarray("\x03vorbis".length));
  const modes = readSetup(third, head);
  const end = await lastGranule(file, stream.serial);
  return wavOf(file, {
    ...{ format, texts },
    packed: vorbisDecoder({ open, stream, head, modes, end, bytes: file.bytes }),
  });
}

function wavOf(file: StepFile, parts: Pick<Wav, "format"> & Required<Pick<Wav, "texts" | "packed">>): Wav {
  return {
    riff: { container: "Ogg", bigEndian: false, chunks: [], streamed: false },
    data: { id: "packets", offset: 0, bytes: file.bytes, claimed: file.bytes },
    ...{ truncated: false, factFrames: undefined },
    ...parts,
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

/** The first packets of a stream. @throws FileError `corrupt_file` if it has fewer */
async function heads(source: StreamSource, { serial }: OggStream, count: number): Promise<Heads> {
  const found: Buffer[] = [];
  for await (const { packets } of packetsOf(source, serial, emptyTally())) {
    found.push(...packets);
    if (found.length >= count) break;
  }
  const [first, second, third = Buffer.alloc(0)] = found;
  if (first === undefined || second === undefined || found.length < count)
    throw new FileError("corrupt_file", "The Ogg file ends in the heads of its stream.");
  return [first, second, third];
}
