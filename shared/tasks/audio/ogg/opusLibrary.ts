import { OpusDecoder } from "opus-decoder";
import type { OpusHead } from "./opusHead.ts";

/** The only module that imports opus-decoder: libopus in WebAssembly. */

/** Bytes of a packet for each channel that the library has room for. */
const ROOM = 3_840;

export interface OpusPackets {
  /** Samples at 48 kHz of each channel; undefined for a packet that cannot be decoded. */
  decode(packet: Buffer): readonly Float32Array[] | undefined;
  free(): void;
}

export async function openOpus({ channels, streams, coupled, mapping }: OpusHead): Promise<OpusPackets> {
  const decoder = new OpusDecoder({
    channels,
    streamCount: streams,
    coupledStreamCount: coupled,
    channelMappingTable: [...mapping],
  });
  await decoder.ready;
  return {
    decode: (packet) => {
      if (packet.length === 0 || packet.length > ROOM * channels) return undefined;
      const { channelData, errors } = decoder.decodeFrame(packet);
      return errors.length > 0 ? undefined : channelData;
    },
    free: () => decoder.free(),
  };
}
