import type { Decoder } from "../decoder.ts";
import { type OpusHead, samplesOf } from "./opusHead.ts";
import { openOpus } from "./opusLibrary.ts";
import { type PacketCodec, type SoundStream, soundDecoder } from "./sound.ts";

/** The packets before the first one with sound: head and texts. */
const HEADERS = 2;
const LONGEST_PACKET = 5_760;

type OpusStream = Pick<SoundStream, "open" | "stream" | "end" | "bytes"> & { readonly head: OpusHead };

/** A decoder of Opus in Ogg (RFC 7845). */
export function opusDecoder({ head, ...stream }: OpusStream): Decoder {
  const { channels, family, gain, preSkip } = head;
  return soundDecoder({
    ...stream,
    ...{
      channels,
      isVorbisOrder: family === 1,
      headers: HEADERS,
      skip: preSkip,
      isCutAt0: false,
      scale: gain,
    },
    longest: LONGEST_PACKET,
    codec: () => codecOf(head),
  });
}

async function codecOf(head: OpusHead): Promise<PacketCodec> {
  const library = await openOpus(head);
  return {
    decode: (packet) => (samplesOf(packet) === 0 ? undefined : library.decode(packet)),
    samplesOf: (packets) => packets.reduce((sum, packet) => sum + samplesOf(packet), 0),
    free: () => library.free(),
  };
}
