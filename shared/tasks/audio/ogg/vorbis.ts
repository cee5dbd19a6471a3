import type { Decoder } from "../decoder.ts";
import type { VorbisHead } from "../vorbis/head.ts";
import { VorbisPackets } from "../vorbis/packets.ts";
import type { Mode } from "../vorbis/setup.ts";
import { type SoundStream, soundDecoder } from "./sound.ts";

/** The packets before the first one with sound: head, texts and setup. */
export const VORBIS_HEADERS = 3;

interface VorbisStream extends Pick<SoundStream, "open" | "stream" | "end" | "bytes"> {
  readonly head: VorbisHead;
  readonly modes: readonly Mode[];
}

/** A decoder of Vorbis in Ogg (Vorbis I, A). */
export function vorbisDecoder({ head, modes, ...stream }: VorbisStream): Decoder {
  return soundDecoder({
    ...stream,
    ...{
      channels: head.channels,
      isVorbisOrder: true,
      headers: VORBIS_HEADERS,
      skip: 0,
      isCutAt0: true,
      scale: 1,
    },
    longest: head.blockSizes[1] / 2,
    codec: async () => new VorbisPackets(head, modes),
  });
}
