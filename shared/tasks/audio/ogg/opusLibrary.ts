import { OpusDecoder } from "opus-decoder";
import { FileError } from "../../../errors.ts";
import type { OpusHead } from "./opusHead.ts";

/** The only module that imports opus-decoder: libopus in WebAssembly. */

/** Bytes of a packet for each channel that the library has room for. */
const ROOM = 3_840;

export interface OpusPackets {
  /** Samples at 48 kHz of each channel; undefined for a packet that cannot be decoded. @throws FileError `corrupt_file` */
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
      const { channelData, errors } = contained(() => decoder.decodeFrame(packet));
      return errors.length > 0 ? undefined : channelData;
    },
    free: () => {
      try {
        decoder.free();
      } catch (error) {
        // Damaged packets may have damaged the memory of the library, which is its own and goes with it.
        if (!isTrap(error)) throw error;
      }
    },
  };
}

/** Damaged packets may end the library; it cannot be used then. @throws FileError `corrupt_file` */
function contained<Result>(decode: () => Result): Result {
  try {
    return decode();
  } catch (error) {
    if (!isTrap(error)) throw error;
    throw new FileError(
      "corrupt_file",
      "A packet of the Opus stream is damaged so that nothing behind it can be decoded.",
    );
  }
}

/** Whether WebAssembly has ended the library. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === "RuntimeError";
}
