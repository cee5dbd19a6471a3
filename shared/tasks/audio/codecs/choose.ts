import type { Wav } from "../wav/read.ts";
import { g711Table } from "../wavefile.ts";
import { adpcmCodec } from "./adpcm.ts";
import type { Codec } from "./codec.ts";
import { floatCodec, pcmCodec } from "./linear.ts";

/** The decoder of a file's encoding; undefined for encodings that are not decoded. */
export function codecFor({ format, riff }: Wav): Codec | undefined {
  const { width, channels, hasSignedBytes = false } = format;
  const layout = { width, channels, bigEndian: riff.bigEndian, hasSignedBytes };
  switch (format.coding) {
    case "pcm":
      return pcmCodec(layout);
    case "float":
      return floatCodec(layout);
    case "alaw":
    case "mulaw":
      return g711Codec(format.coding, format.channels);
    case "ima":
    case "ms":
      return riff.bigEndian ? undefined : adpcmCodec(format, format.coding);
    case "other":
      return undefined;
  }
}

function g711Codec(law: "alaw" | "mulaw", channels: number): Codec {
  const table = g711Table(law);
  return {
    groupBytes: channels,
    framesPerGroup: 1,
    zero: 0,
    fullScale: 32_768,
    sampleWidth: 2,
    decode: (bytes) => {
      const samples = new Int16Array(bytes.length);
      for (let i = 0; i < bytes.length; i += 1) samples[i] = table[bytes[i] ?? 0] ?? 0;
      return samples;
    },
  };
}
